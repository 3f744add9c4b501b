"""Kinds of training data: one entry each, which settings, cards and commands follow."""

from pathlib import Path

import pytest

from srlclip.config import with_overrides
from srlclip.data.problems import coverage
from srlclip.situations import Event, Situation
from srlclip.templates import blocks
from training.cards.sections import TEXTS
from training.recipe.data import load_split
from training.recipe.sources import SOURCES, Source
from training.recipe.texts import STYLES
from training.settings import TrainSettings
from training.train import describe_data

CLIPS = [Situation(f"clip{i}", None, (Event("walk", "walk.01", ()),)) for i in range(3)]


def test_a_kind_of_data_is_one_reader_and_one_entry(monkeypatch):
    seen = []

    def read(wanted):
        seen.append((wanted.root, wanted.split, wanted.clips))
        return CLIPS, coverage(CLIPS)

    monkeypatch.setitem(SOURCES, "mine", Source(read, "My clips"))
    settings = with_overrides(TrainSettings(), ["data.source=mine", "data.root=here"])
    situations, covered = load_split(settings.data, "train", 2)
    assert situations == CLIPS[:2] and covered == coverage(CLIPS)
    assert load_split(settings.data, "valid", 0)[0] == CLIPS
    assert seen == [("here", "train", 2), ("here", "valid", 0)]
    assert describe_data(settings, CLIPS) == "My clips, 3 clips, srl captions"


def test_an_unknown_kind_is_refused_with_those_there_are():
    with pytest.raises(ValueError, match=f"data.source is 'web'; allowed: {', '.join(SOURCES)}"):
        with_overrides(TrainSettings(), ["data.source=web"])


def test_the_settings_page_names_every_kind_and_every_caption_style():
    page = (Path(__file__).resolve().parents[2] / "docs" / "training.md").read_text("utf-8")
    for setting, names in (("data.source", SOURCES), ("data.caption_style", STYLES)):
        (row,) = (line for line in page.splitlines() if line.startswith(f"| `{setting}` |"))
        assert not [name for name in names if f"`{name}`" not in row], setting


def test_cards_have_a_statement_on_every_kind():
    assert {name.removeprefix("data.") for name in blocks(TEXTS) if name.startswith("data.")} == set(SOURCES)
