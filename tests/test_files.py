"""Files appear whole or not at all, and what a file holds tells it apart."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from srlclip import files
from srlclip.comparison.gallery import Gallery
from srlclip.files import (
    draft_of,
    files_digest,
    json_digest,
    link_or_copy,
    remove_drafts,
    replacing,
    text_digest,
    write_json,
    write_text,
)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_write_that_fails_half_way_leaves_the_old_file_and_no_draft(tmp_path):
    path = tmp_path / "report.json"
    write_text(path, "old")
    with pytest.raises(RuntimeError, match="no more room"), replacing(path) as draft:
        draft.write_bytes(b"half of the n")
        assert path.read_text() == "old"
        raise RuntimeError("no more room")
    assert path.read_text() == "old" and names(tmp_path) == ["report.json"]
    with pytest.raises(KeyboardInterrupt), replacing(path) as draft:
        draft.write_text("half")
        raise KeyboardInterrupt
    assert path.read_text() == "old" and names(tmp_path) == ["report.json"]


def test_a_value_that_is_no_json_leaves_the_old_file(tmp_path):
    path = tmp_path / "values.json"
    write_json(path, {"b": 1})
    for value, options in (({"b": object()}, {}), ([float("nan")], {"allow_nan": False})):
        with pytest.raises((TypeError, ValueError)):
            write_json(path, value, **options)
    assert json.loads(path.read_text()) == {"b": 1} and names(tmp_path) == ["values.json"]


def test_a_file_that_never_was_is_not_there_after_an_error(tmp_path):
    with pytest.raises(ValueError), replacing(tmp_path / "new.bin") as draft:
        draft.write_bytes(b"1")
        raise ValueError
    assert names(tmp_path) == []


def test_the_new_content_comes_with_the_name(tmp_path):
    path = tmp_path / "weights.safetensors"
    for value in (1.0, 2.0):
        with replacing(path, durable=True) as draft:
            assert draft.parent == tmp_path and draft.name.startswith(".") and draft.suffix == ".part"
            save_file({"w": np.full(3, value, np.float32)}, draft)
        assert load_file(path)["w"].tolist() == [value] * 3
    assert names(tmp_path) == ["weights.safetensors"]


def test_durable_content_is_on_disk_before_it_has_its_name(tmp_path, monkeypatch):
    order = []
    monkeypatch.setattr(files.os, "fsync", lambda _: order.append("on disk"))
    replace = os.replace
    monkeypatch.setattr(files.os, "replace", lambda *paths: order.append("named") or replace(*paths))
    with replacing(tmp_path / "a", durable=True) as draft:
        draft.write_text("a")
    assert order == ["on disk", "named"]


def test_an_error_of_the_system_names_the_file_that_was_wanted(tmp_path):
    path = tmp_path / "missing" / "report.json"
    with pytest.raises(OSError) as caught:
        write_text(path, "text")
    assert caught.value.filename == str(path) and ".part" not in str(caught.value)


def test_json_keeps_the_format_that_its_caller_asks_for(tmp_path):
    path, value = tmp_path / "a.json", {"b": "ü", "a": [1]}
    for options, text in (
        ({}, '{\n  "b": "\\u00fc",\n  "a": [\n    1\n  ]\n}\n'),
        ({"indent": None}, '{"b": "\\u00fc", "a": [1]}\n'),
        ({"indent": None, "end": "", "ensure_ascii": False}, '{"b": "ü", "a": [1]}'),
        ({"indent": 1, "sort_keys": True}, '{\n "a": [\n  1\n ],\n "b": "\\u00fc"\n}\n'),
    ):
        write_json(path, value, **options)
        assert path.read_bytes() == text.encode()


def test_old_drafts_go_and_those_of_living_runs_stay(tmp_path):
    young, old, folder = (draft_of(tmp_path / name) for name in ("a.json", "b.json", "shard"))
    assert draft_of(tmp_path / "a.json") != young
    for draft in (young, old):
        draft.write_text("{")
    folder.mkdir()
    (folder / "inside").write_text("{")
    (tmp_path / "finished.json").write_text("{}")
    for draft in (old, folder):
        os.utime(draft, (0, 0))
    remove_drafts(tmp_path)
    assert names(tmp_path) == sorted(["finished.json", young.name])
    remove_drafts(tmp_path, older=0)
    assert names(tmp_path) == ["finished.json"]


def test_a_link_is_a_second_name_and_a_copy_takes_its_place_on_another_disk(tmp_path, monkeypatch):
    source = tmp_path / "clip.mp4"
    source.write_bytes(b"video")
    (tmp_path / "link.mp4").symlink_to(source)
    link_or_copy(tmp_path / "link.mp4", tmp_path / "a.mp4")
    assert (tmp_path / "a.mp4").samefile(source) and not (tmp_path / "a.mp4").is_symlink()

    def other_disk(*_: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(files.os, "link", other_disk)
    link_or_copy(source, tmp_path / "b.mp4")
    assert (tmp_path / "b.mp4").read_bytes() == b"video" and not (tmp_path / "b.mp4").samefile(source)

    def disk_full(_: Path, draft: Path) -> None:
        draft.write_bytes(b"vi")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.shutil, "copyfile", disk_full)
    with pytest.raises(OSError, match="No space"):
        link_or_copy(source, tmp_path / "c.mp4")
    assert names(tmp_path) == ["a.mp4", "b.mp4", "clip.mp4", "link.mp4"]


def test_digests_are_sha256_of_what_they_say(tmp_path):
    assert text_digest("abc") == hashlib.sha256(b"abc").hexdigest() and text_digest("abc", 8) == "ba7816bf"
    assert text_digest("name\udcff", 8) != text_digest("name", 8)
    assert json_digest({"b": 1, "a": 2}) != json_digest({"a": 2, "b": 1})
    assert json_digest({"b": 1, "a": 2}, 16, sort_keys=True) == text_digest('{"a": 2, "b": 1}', 16)
    first, second = tmp_path / "1", tmp_path / "2"
    first.write_bytes(b"x" * (2**20 + 5))
    second.write_bytes(b"yz")
    assert files_digest(first, second) == hashlib.sha256(first.read_bytes() + b"yz").hexdigest()


def test_a_gallery_that_cannot_be_saved_leaves_the_one_that_was_there(tmp_path, monkeypatch):
    unit = np.eye(4, dtype=np.float32)
    old = Gallery(("a", "b"), {"base": unit[None, :2].repeat(2, 0)}, {"base": unit[:2]}, {"base": "x"})
    new = Gallery(("b", "c"), {"base": unit[None, 2:].repeat(2, 0)}, {"base": unit[2:]}, {"base": "x"})
    old.save(tmp_path)

    def disk_full(tensors: object, path: str) -> None:
        Path(path).write_bytes(b"half")
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("safetensors.numpy.save_file", disk_full)
        with pytest.raises(OSError, match="No space"):
            new.save(tmp_path)
    assert Gallery.load(tmp_path).ids == ("a", "b") and names(tmp_path) == ["gallery.json", "gallery.safetensors"]
    new.save(tmp_path)
    saved = Gallery.load(tmp_path)
    assert saved.ids == ("b", "c") and np.array_equal(saved.clips["base"], unit[2:])
    assert names(tmp_path) == ["gallery.json", "gallery.safetensors"]
