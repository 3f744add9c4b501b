"""Instances of benchmarks drawn from SynSitu: official forms, awkward names, one fact changed, nothing of another run."""

import csv
import json

import numpy as np
import pytest
from PIL import Image

from srlclip.synsitu.benchmark_files.folder import SIZE, Folder
from srlclip.synsitu.benchmark_files.stills import EDITS
from srlclip.synsitu.benchmark_files.table import WRITERS, make
from srlclip.synsitu.benchmark_files.words import anonymous, minimal, sentence
from srlclip.synsitu.minimal_pairs import FACTS
from srlclip.synsitu.shown import OUTSIDE_KINDS, OUTSIDE_SCENES, held_out_event
from srlclip.synsitu.world import Character, ClipScript, EventScript


def read(path):
    return json.loads(path.read_text("utf-8"))


def files_of(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("fact", [*FACTS, "extra"])
def test_a_wrong_caption_differs_and_could_be_of_another_clip(tmp_path, fact):
    pairs = minimal(Folder(tmp_path, 4), fact, 4)
    assert len(pairs) == 4
    for pair in pairs:
        assert pair.true != pair.false
        assert len(pair.shown.events) == len(pair.other.events) == 1
        kinds = {character.kind for character in pair.other.cast}
        assert pair.other.scene not in OUTSIDE_SCENES and not kinds & set(OUTSIDE_KINDS)
        assert not held_out_event(pair.other.events[0], pair.other.cast)


def test_exchanges_keep_the_words(tmp_path):
    for fact in ("agent_patient", "binding"):
        for pair in minimal(Folder(tmp_path, 3), fact, 3):
            true, false = (sorted(text.lower().strip(".").split()) for text in (pair.true, pair.false))
            # "A" and "an" follow the word behind them.
            assert [word for word in true if word not in ("a", "an")] == [w for w in false if w not in ("a", "an")]


def test_the_same_seed_writes_the_same_files_and_another_one_others(tmp_path):
    first, again, other = (
        make("aro-relation", tmp_path / name, 2, seed) for name, seed in (("a", 0), ("b", 0), ("c", 1))
    )
    assert files_of(first) == files_of(again)
    assert files_of(first)["visual_genome_relation.json"] != files_of(other)["visual_genome_relation.json"]


def test_a_folder_of_something_else_is_refused_and_kept(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(ValueError, match="holds other files; choose another folder"):
        make("msvd", tmp_path, 2)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
    made = make("winoground", tmp_path / "w", 2)
    assert make("winoground", made, 2) == made
    with pytest.raises(ValueError, match="'clips': 2.*'clips': 3.*choose another folder"):
        make("winoground", made, 3)


@pytest.mark.parametrize("name, clips, says", [
    ("imagenet", 3, "no instance of 'imagenet' can be drawn; allowed: activitynet, "),
    ("msvd", 1, "clips is 1; it must be 2 or more"),
])  # fmt: skip
def test_what_cannot_be_made_is_said(tmp_path, name, clips, says):
    with pytest.raises(ValueError, match=says):
        make(name, tmp_path / "x", clips)
    assert not (tmp_path / "x").exists()


def test_sugarcrepe_has_seven_files_and_one_leaves_a_key_out(tmp_path):
    folder = make("sugarcrepe", tmp_path / "s", 2)
    tables = {name: read(folder / f"data/{name}.json") for name in EDITS}
    assert len(tables) == 7 and all(len(rows) == 2 for rows in tables.values())
    assert list(tables["swap_obj"]) == ["0", "2"] and list(tables["add_att"]) == ["0", "1"]
    for rows in tables.values():
        for row in rows.values():
            assert (folder / "images" / row["filename"]).is_file() and row["caption"] != row["negative_caption"]


def test_aros_box_shows_one_of_two_orders(tmp_path):
    folder = make("aro-relation", tmp_path / "a", 2)
    first, second = read(folder / "visual_genome_relation.json")
    assert (first["bbox_x"], second["bbox_x"]) == (0, SIZE)
    for row in (first, second):
        picture = np.asarray(Image.open(folder / "images" / row["image_path"]))
        assert picture.shape == (SIZE, 2 * SIZE, 3)
        assert np.abs(picture[:, :SIZE].astype(int) - picture[:, SIZE:]).mean() > 1  # the other order beside it
        assert sorted(row["true_caption"].split()) == sorted(row["false_caption"].split())
        assert f" is {row['relation_name']} " in row["true_caption"]


def test_vinoground_exchanges_the_order_in_the_clip_as_in_the_caption(tmp_path):
    folder = make("vinoground", tmp_path / "v", 2)
    with (folder / "vinoground.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    for i, row in enumerate(rows):
        first, second = row["pos_cap"].rstrip(".").split(", then ")
        assert row["neg_cap"].rstrip(".").lower() == f"{second}, then {first}".lower()
        clips = [(folder / f"vinoground_videos/{i}_{name}.mp4").read_bytes() for name in ("pos", "neg")]
        assert clips[0] != clips[1]
    assert b"\r\n" in (folder / "vinoground.csv").read_bytes()


def test_names_are_as_awkward_as_the_official_ones(tmp_path):
    folders = {name: make(name, tmp_path / name, 3) for name in ("msvd", "lsmdc", "didemo", "hmdb51", "kinetics400")}
    assert any(name.startswith("-") for name in (folders["msvd"] / "test_list.txt").read_text().split())
    lines = (folders["lsmdc"] / "LSMDC16_challenge_1000_publictect.csv").read_text().splitlines()
    assert all(line.count("\t") == 5 for line in lines) and lines[1].split("\t")[5].startswith('"')
    assert all("SOMEONE" in line for line in lines)
    videos = [row["video"] for row in read(folders["didemo"] / "test_data.json")]
    assert len(videos) == 2 * len(set(videos)) and any(v.endswith(".") for v in videos)
    assert all("#" in p.name and "[" in p.name for p in folders["hmdb51"].rglob("*.mp4"))
    assert '"walking (somebody, somewhere)"' in (folders["kinetics400"] / "validate.csv").read_text()


def test_lsmdc_names_nobody():
    cast = (Character("astronaut", "red"), Character("king", "blue"))
    script = ClipScript("x", "street", cast, (EventScript("give.01", 0, 1, "box"),))
    assert anonymous(script) == "SOMEONE gives a box to SOMEONE"
    assert sentence(script).startswith("An astronaut in red gives a box to a king in blue")


def test_every_name_has_its_own_line_of_the_table():
    assert list(WRITERS) == sorted(WRITERS)
