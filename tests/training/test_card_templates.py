"""Cards come from templates: every text of theirs is used, and they say to the letter what they said before."""

import json
from pathlib import Path

import pytest

from srlclip.language.lexicon import Lexicon
from srlclip.situations import Event, Role, Situation
from srlclip.templates import blocks
from training.cards.bundled import base_card, pair_card
from training.cards.exported import model_card
from training.cards.results import Results
from training.cards.sections import TEXTS, CardFacts

ROOT = Path(__file__).resolve().parents[2]
MODELS = ROOT / "srlclip" / "assets" / "models"
CARDS = ROOT / "tests" / "fixtures" / "cards"


def measured(name: str):
    return json.loads((ROOT / "results" / f"{name}.json").read_text("utf-8"))


def lora() -> CardFacts:
    """A run on SynSitu that recorded everything."""
    walk = Event("walk (move)", "walk.01", (Role("Arg0", "walker", "a man"),))
    lexicon = Lexicon.from_situations([Situation("a", None, (walk, walk))])
    model = {"embed_dim": 128, "lora": {"rank": 64, "targets": "qkv"}, "contextualizer": {"layers": 6}}
    settings = {"base": "mini-base", "lora": {"rank": 64},
                "data": {"source": "synsitu", "root": "synsitu", "videos": "", "propbank": "", "caption_style": "srl",
                         "frames_per_event": 4}}  # fmt: skip
    run = {"commit": "abc", "date": "2026-01-02", "steps": 300, "seconds": 90, "machine": "two cores", "clips": 9, "events": 18,
           "processes": 2, "skipped": [["a", "no video"]], "versions": {"torch": "2", "peft": "absent"}}  # fmt: skip
    cells = {"base": {"mean": 20.5, "ci": [18, 22]}, "mine": {"mean": 43.25, "ci": [40, 46]},
             "mine - base": {"mean": 22.75, "ci": [20, 25]}}  # fmt: skip
    worse = cells | {"mine - base": {"mean": -2, "ci": [-3, -1]}}
    even = cells | {"mine - base": {"mean": 1, "ci": [-1, 2]}}
    values = {"commit": "def", "what": "percent", "data": "toys", "models": {"base": "mini-base", "mine": "run"},
              "tables": {"plain: all": {"event R@1": cells, "clip R@1": even, "verb accuracy": worse}}}  # fmt: skip
    return CardFacts("mine", "me/mine", "mini-base", "apache-2.0", model, settings, run,
                     {"valid_loss": 2.41, "note": "x"}, [{"step": 0, "valid_loss": 8.9}], lexicon, True,
                     [Results("found.json", values, "mine")])  # fmt: skip


def plain(source: str, style: str, **model) -> CardFacts:
    """A run that recorded little, on somebody's data."""
    settings = {"base": "a/b", "data": {"source": source, "root": "here/mine", "videos": "|", "propbank": "", "caption_style": style,
                                        "frames_per_event": 4}}  # fmt: skip
    card = {"embed_dim": 32, "lora": {"rank": 4, "targets": "qkv"}, "contextualizer": None} | model
    return CardFacts("yes", "me/x", "a/b", "unknown", card, settings, {"clips": 3}, {}, [], None)


EXPORTED = {
    "lora_synsitu": lora,
    "full_vidsitu": lambda: plain("vidsitu", "srl", tuning={"image": "full"}, contextualizer={"layers": 2}),
    "lora_vidsitu": lambda: plain("vidsitu", "bag"),
    "frozen_jsonl": lambda: plain("jsonl", "natural", tuning={"image": "frozen", "text": "lora"}),
}


@pytest.mark.parametrize("name", EXPORTED)
def test_an_exported_card_is_what_it_was_before_there_were_templates(name):
    assert model_card(EXPORTED[name]()) == (CARDS / f"{name}.md").read_text("utf-8")


def test_the_bundled_cards_are_those_in_the_package():
    assert base_card(MODELS, measured("probe_mini_pair")) == (MODELS / "mini-base" / "README.md").read_text("utf-8")
    captioner = measured("captioner") if (ROOT / "results" / "captioner.json").is_file() else None
    made = pair_card(MODELS, measured("mini_pair"), captioner)
    assert made == (MODELS / "mini-srlclip" / "README.md").read_text("utf-8")


def test_every_block_is_used_by_the_code_beside_it():
    folder = Path(TEXTS).parent
    for file, readers in (("exported.md", ("exported.py", "sections.py")), ("bundled.md", ("bundled.py",))):
        code = "".join((folder / name).read_text("utf-8") for name in readers)
        unused = [n for n in blocks(folder / file) if f'"{n}"' not in code and f'"{n.split(".")[0]}.{{' not in code]
        assert not unused
