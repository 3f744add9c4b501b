"""Exporting a run: what the folder holds, and what is refused."""

import json
import shutil
from pathlib import Path

import pytest
import torch

from srlclip.config import ContextualizerSettings, TuningSettings, load_json
from srlclip.models.encoder import ClipEncoder
from srlclip.models.srlclip import SRLCLIP
from training.export import export, main, without_paths
from training.settings import TrainSettings

BASE = "someone/tiny"  # the name that the tests' local base is shared under; offline it cannot be compared
FILES = {
    "README.md", "adapter/adapter_config.json", "adapter/adapter_model.safetensors", "contextualizer.safetensors",
    "lexicon.json", "log.jsonl", "metrics.json", "run.json", "srlclip.json", "train_config.json",
}  # fmt: skip


@pytest.fixture
def run(tiny_run, tmp_path):
    """A copy of the tiny run that a test may spoil."""
    return Path(shutil.copytree(tiny_run, tmp_path / "run"))


@pytest.fixture
def out(tmp_path):
    return tmp_path / "shared" / "srl-tiny"


def read(path):
    return json.loads(path.read_text("utf-8"))


# -- the folder -------------------------------------------------------------------------------------------------------


def test_an_export_is_complete_and_names_no_folder_of_this_computer(run, out, tiny_clip, capsys):
    facts = read(run / "run.json")
    facts["skipped"] = [["clip-7", f"cannot decode {run}/videos/clip-7.mp4: no video stream"]]
    (run / "run.json").write_text(json.dumps(facts))
    assert set(export(run, out, base=BASE)) == FILES
    assert {p.relative_to(out).as_posix() for p in out.rglob("*") if p.is_file()} == FILES
    assert [p.name for p in out.parent.iterdir()] == ["srl-tiny"]
    assert f"not checked that {BASE} is the base" in capsys.readouterr().err
    for path in out.rglob("*"):
        if path.is_file():
            for place in (run.parent, tiny_clip, Path.home()):
                assert str(place).encode() not in path.read_bytes(), path
    assert read(out / "srlclip.json")["base"] == read(out / "run.json")["settings"]["base"] == BASE
    assert read(out / "adapter" / "adapter_config.json")["base_model_name_or_path"] == BASE
    assert read(out / "run.json")["skipped"] == [["clip-7", "cannot decode clip-7.mp4: no video stream"]]
    assert load_json(TrainSettings, out / "train_config.json").base == BASE
    assert read(out / "metrics.json") == read(run / "metrics.json")
    for name in ("adapter/adapter_model.safetensors", "contextualizer.safetensors"):
        assert (out / name).read_bytes() == (run / "model" / name).read_bytes()


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("/home/me/x.mp4", "x.mp4"),
        ("root=/home/me/data", "root=data"),
        ("cannot read '/a b/c.mp4': bad", "cannot read 'a b/c.mp4': bad"),
        (r"C:\Users\me\x.mp4 is gone", "x.mp4 is gone"),
        ("https://example.org/a/b", "https://example.org/a/b"),
        ("openai/clip-vit-base-patch32, 1/2", "openai/clip-vit-base-patch32, 1/2"),
    ],
)
def test_absolute_paths_are_taken_out_of_sentences(text, left):
    assert without_paths({"a": [text]}) == {"a": [left]}


def test_exporting_again_replaces_the_parts_and_keeps_a_clone_and_an_edited_card(run, out, tiny_clip, capsys):
    assert "merged/model.safetensors" in export(run, out, base=BASE, merged=True)
    (out / ".git").mkdir()
    export(run, out, base=BASE, hub_id="me/one")
    assert not (out / "merged").exists() and (out / ".git").is_dir() and "me/one" in (out / "README.md").read_text()
    edited = (out / "README.md").read_text().replace("## Limits", "My own words.\n\n## Limits")
    (out / "README.md").write_text(edited)
    capsys.readouterr()
    export(run, out, base=BASE, hub_id="me/two")
    assert (out / "README.md").read_text() == edited and "edited by hand and is kept" in capsys.readouterr().err
    assert read(out / "train_config.json")["base"] == BASE


def test_merged_and_peft_give_the_adapters_embeddings(run, out, tiny_clip):
    from peft import PeftModel
    from transformers import CLIPModel

    export(run, out, base=BASE, merged=True)
    pixels = torch.rand(3, 3, 32, 32)
    with torch.inference_mode():
        wanted = SRLCLIP.load(run / "model", tiny_clip).encoder.encode_frames(pixels)
        assert not torch.allclose(wanted, ClipEncoder.load(tiny_clip).encode_frames(pixels), atol=1e-4)
        plain = CLIPModel.from_pretrained(out, subfolder="merged").eval()
        tuned = PeftModel.from_pretrained(CLIPModel.from_pretrained(tiny_clip), out, subfolder="adapter").eval()
        for clip in (plain, tuned.merge_and_unload()):
            pooled = clip.visual_projection(clip.vision_model(pixel_values=pixels).pooler_output)
            torch.testing.assert_close(torch.nn.functional.normalize(pooled, dim=-1), wanted, atol=1e-5, rtol=0)
    assert ClipEncoder.load(out / "merged").count_tokens("a man walks") > 2


def test_a_fully_tuned_model_without_contextualizer_is_shared_whole(run, out, tiny_clip):
    shutil.rmtree(run / "model")
    model = SRLCLIP.create(tiny_clip, None, ContextualizerSettings(layers=0), tuning=TuningSettings(image="full"))
    with torch.no_grad():
        for weight in model.encoder.image_tower().values():
            weight.mul_(1.1)
    model.save(run / "model")
    files = export(run, out, base=BASE, merged=True)
    assert "image_tower.safetensors" in files and not {f for f in files if f.startswith(("adapter", "context", "lex"))}
    pixels = torch.rand(3, 3, 32, 32)
    with torch.inference_mode():
        wanted = model.eval().encoder.encode_frames(pixels)
        merged = ClipEncoder.load(out / "merged").encode_frames(pixels)
        torch.testing.assert_close(merged, wanted, atol=1e-5, rtol=0)
        torch.testing.assert_close(SRLCLIP.load(out, tiny_clip).encoder.encode_frames(pixels), wanted)


# -- what is refused --------------------------------------------------------------------------------------------------


def spoil(run, what):
    if what == "unfinished":
        (run / "metrics.json").unlink()
    elif what == "no card":
        (run / "model" / "srlclip.json").unlink()
    elif what == "pickle":
        (run / "model" / "adapter" / "adapter_model.bin").write_bytes(b"x")
    elif what == "cut":
        path = run / "model" / "contextualizer.safetensors"
        path.write_bytes(path.read_bytes()[:100])


@pytest.mark.parametrize(
    ("what", "flags", "words"),
    [
        ("unfinished", [], "has no metrics.json: the run is not finished"),
        ("no card", [], "has no model/srlclip.json: the run is not finished"),
        ("pickle", [], "adapter_model.bin is neither safetensors nor JSON"),
        ("cut", [], "contextualizer.safetensors is not a complete safetensors file"),
        ("", ["--push"], "--push needs --id OWNER/NAME"),
        ("", ["--private"], "add --push"),
        ("", ["--id", "no-owner"], "it must be OWNER/NAME"),
        ("", ["--id", "a/b/c"], "it must be OWNER/NAME"),
        ("", ["--id", "a/b--c"], "it must be OWNER/NAME"),
        ("", ["--licence", "All rights"], "give the Hub's name of one"),
        ("", ["--results", "nowhere.json"], "no results file at nowhere.json"),
        ("", ["--base", "mini-base"], "was trained on"),
        ("", ["--base", "."], "not a folder"),
    ],
)
def test_what_cannot_be_shared_is_refused_and_leaves_nothing(run, out, what, flags, words, capsys):
    spoil(run, what)
    base = [] if "--base" in flags else ["--base", BASE]
    assert main([str(run), "--out", str(out), *base, *flags]) == 2
    error = capsys.readouterr().err.strip().splitlines()[-1]
    assert error.startswith("error: ") and words in error
    assert not out.exists() and not (out.parent.exists() and list(out.parent.iterdir()))


def test_a_base_that_others_cannot_find_is_refused(run, out, capsys):
    assert main([str(run), "--out", str(out)]) == 2
    assert "where other people cannot find it; share that base first and name it: --base" in capsys.readouterr().err
    assert not out.exists()


def test_a_folder_with_other_things_is_not_written_into(run, out, capsys):
    out.mkdir(parents=True)
    (out / "thesis.tex").write_text("years")
    assert main([str(run), "--out", str(out), "--base", BASE]) == 2
    assert "not empty and not an earlier export" in capsys.readouterr().err
    assert [p.name for p in out.iterdir()] == ["thesis.tex"]
    assert main([str(run / "model"), "--out", str(out / "x"), "--base", BASE]) == 2
    assert "give the run folder, not its model/" in capsys.readouterr().err
