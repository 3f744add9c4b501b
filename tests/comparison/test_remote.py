"""A gallery in Qdrant, in the client's embedded mode: the ranking is that of the same clips in memory."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from comparison.test_index import distinct_gallery, vector
from comparison.test_ranking import tied_gallery

from srlclip.cli.main import main
from srlclip.comparison.remote import Address, MissingEngineClient, RemoteGallery, is_address, point_id, write_remote
from srlclip.comparison.remote_ranking import COUNTED, FIRST
from srlclip.comparison.search import ranked
from srlclip.results import MODELS, SearchResult
from srlclip.situations import DataError, Situation

MARKS = {"base": "aa", "adapted": "bb"}


def of(gallery) -> list[Situation]:
    return [Situation(clip, Path(f"{clip}.mp4"), (), start=1.0, end=9.0) for clip in gallery.ids]


@pytest.fixture
def address(tmp_path: Path) -> str:
    pytest.importorskip("qdrant_client")
    return f"qdrant://{tmp_path}/engine/clips"


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("qdrant://there/clips", {"host": "there", "port": 6333, "https": False}),
        ("qdrants://10.0.0.1:443/c", {"host": "10.0.0.1", "port": 443, "https": True}),
        ("qdrant:///a/folder/clips", {"path": "/a/folder"}),
    ],
)
def test_addresses(text: str, arguments: dict) -> None:
    known, collection = Address(text).parts()
    assert arguments.items() <= known.items() and collection in ("clips", "c") and is_address(text)
    assert "qdrant" not in str(known)


@pytest.mark.parametrize(
    "text",
    ["qdrant://", "qdrant://there", "qdrant://there:99999/c", "qdrant://a/b/c", "qdrant://a:k@h/c", "http://there/c"],
)
def test_a_wrong_address_is_told_with_the_right_form(text: str) -> None:
    with pytest.raises(ValueError, match="write qdrant://host:port/collection"):
        Address(text).parts()


def test_a_folder_is_no_address() -> None:
    assert not any(is_address(each) for each in (None, "videos", Path("qdrant:"), "qdrant", "C:\\videos"))


def test_without_the_client_a_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "qdrant_client", None)
    with pytest.raises(MissingEngineClient, match=r"pip install 'srlclip\[qdrant\]'"):
        RemoteGallery("qdrant://there/clips", MARKS)


@pytest.mark.extra
def test_a_ranking_is_that_of_the_clips_in_memory(address: str) -> None:
    gallery = distinct_gallery(150)
    assert write_remote(gallery, of(gallery), address) == 150
    remote = RemoteGallery(address, MARKS)
    assert len(remote) == 150 and remote.ids == gallery.ids and "clip3" in remote and "clip" not in remote
    assert remote.situation("clip5") == Situation("clip5", Path("clip5.mp4"), (), start=1.0, end=9.0)
    for without in (None, "clip3"):
        exact, hits = ranked(gallery, vector(), without)[0], ranked(remote, vector(), without)[0]
        for model in MODELS:
            own, known = hits[model][:20], exact[model][:20]
            assert [(h.clip_id, h.rank, h.event_index) for h in own] == [
                (h.clip_id, h.rank, h.event_index) for h in known
            ]
            assert [h.score for h in own] == pytest.approx([h.score for h in known], abs=1e-6)
            assert [h.clip_id for h in hits[model]] == [h.clip_id for h in exact[model]]
            assert hits[model][100].clip_id == exact[model][100].clip_id
        late = exact.adapted[120].clip_id
        fresh = SearchResult("q", ranked(remote, vector(), without)[0], late)
        assert fresh.target_rank("adapted") == 121 and fresh.hits.base.ranks_of(["nobody"]) == [None]
        before = {hit.clip_id: hit.rank for hit in exact.base[:FIRST]}
        for hit in ranked(remote, vector(), without)[0].adapted[:5]:
            assert hit.rank_change == (before[hit.clip_id] - hit.rank if hit.clip_id in before else None)


@pytest.mark.extra
def test_equal_scores_stand_in_the_order_of_writing(address: str) -> None:
    gallery = tied_gallery(40)
    write_remote(gallery, of(gallery), address)
    query = gallery.events["base"][0, 0]
    exact, hits = ranked(gallery, query)[0], ranked(RemoteGallery(address, MARKS), query)[0]
    assert [(h.clip_id, h.rank) for h in hits.base] == [(h.clip_id, h.rank) for h in exact.base]


@pytest.mark.extra
def test_clips_are_added_and_replaced(address: str) -> None:
    first = distinct_gallery(20)
    write_remote(first, of(first), address)
    more = distinct_gallery(20, first=10)
    assert write_remote(more, of(more), address) == 30
    assert len({point_id(clip) for clip in (*first.ids, *more.ids)}) == 30 and COUNTED > FIRST


@pytest.mark.extra
def test_other_models_and_other_collections_are_refused(address: str) -> None:
    with pytest.raises(DataError, match="did not answer.*check the address"):
        RemoteGallery(address, MARKS)
    gallery = distinct_gallery(3)
    write_remote(gallery, of(gallery), address)
    with pytest.raises(DataError, match="other weights of the adapted model"):
        RemoteGallery(address, {"base": "aa", "adapted": "cc"})


@pytest.mark.extra
def test_the_command_line_writes_and_searches_one(address: str, tiny_clip, tiny_run, world, capsys) -> None:
    pair = ["--base", str(tiny_clip), "--adapter", str(tiny_run / "model")]
    assert main(["index", *pair, "--gallery", str(world), "--out", address]) == 0
    assert main(["search", "a man pushes a box", *pair, "--gallery", str(world), "-k", "3"]) == 0
    expected = capsys.readouterr().out.splitlines()[-3:]
    assert main(["search", "a man pushes a box", *pair, "--gallery", address, "-k", "3"]) == 0
    assert capsys.readouterr().out.splitlines()[-3:] == expected
    assert main(["evaluate", *pair, "--gallery", address]) == 2
    assert "can be searched, all else needs a folder" in capsys.readouterr().err


def test_the_app_plays_clips_and_refuses_an_engine() -> None:
    from srlclip.app.serve import load_pairs

    with pytest.raises(ValueError, match="so it takes a folder"):
        load_pairs(SimpleNamespace(gallery="qdrant://there/clips"), None)  # type: ignore[arg-type]
