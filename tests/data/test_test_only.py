"""VELOCITI is a test set: whatever reads labels or a folder of clips to train on refuses it with a sentence."""

import json

import pytest

from srlclip.data.folder import read_folder, read_videos
from srlclip.data.jsonl import read_jsonl
from srlclip.data.test_only import refuse_test_only
from srlclip.data.validate import validate
from srlclip.situations import DataError
from training.recipe.sources import SOURCES, Wanted

ROW = {"video_id": "v_a", "test_name": "agent_bind", "event": "Ev1", "pos": "a", "neg": "b", "in_subset": True}
REFUSED = "test set only"


@pytest.fixture
def velociti(tmp_path):
    (tmp_path / "clip.mp4").write_bytes(b"0")
    (tmp_path / "velociti.jsonl").write_text(json.dumps(ROW) + "\n")
    return tmp_path


@pytest.mark.parametrize("name", ["test.jsonl", "test.json", "test.csv", "test.parquet"])
def test_every_shape_of_the_file_is_recognised(tmp_path, name):
    header = ",".join(ROW) + "\r\n" + ",".join(map(str, ROW.values()))
    binary = b"PAR1" + bytes(range(256)) * 300 + b"\x18\x08" + b"\x00".join(c.encode() for c in ROW) + b"PAR1"
    content = {"test.csv": header.encode(), "test.parquet": binary}.get(name, json.dumps([ROW]).encode())
    (tmp_path / name).write_bytes(content)
    for path in (tmp_path, tmp_path / name):
        with pytest.raises(DataError, match=REFUSED):
            refuse_test_only(path)


def test_other_labels_pass(tmp_path):
    (tmp_path / "labels.jsonl").write_text(json.dumps({"id": "pos", "events": [{"verb": "test_name neg"}]}) + "\n")
    (tmp_path / "notes.csv").write_text("video_id,test_name,pos,neg\nno,test,of,theirs\n")
    refuse_test_only(tmp_path)
    refuse_test_only(tmp_path / "not there")


@pytest.mark.parametrize("source", ["vidsitu", "jsonl"])
def test_training_refuses_it(velociti, source):
    with pytest.raises(DataError, match=REFUSED):
        SOURCES[source].read(Wanted("train", 0, str(velociti)))


def test_a_single_file_is_refused_by_training_and_by_the_reader_itself(velociti):
    file = velociti / "velociti.jsonl"
    with pytest.raises(DataError, match=REFUSED):
        SOURCES["jsonl"].read(Wanted("train", 0, str(file)))
    with pytest.raises(DataError, match=f"{REFUSED}.*benchmark velociti"):
        read_jsonl(file)


def test_folders_and_validate_refuse_it(velociti):
    for read in (read_folder, read_videos, validate):
        with pytest.raises(DataError, match=REFUSED):
            read(velociti)
    with pytest.raises(DataError, match=REFUSED):
        validate(velociti / "velociti.jsonl")
