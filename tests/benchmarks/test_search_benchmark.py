"""The search benchmark: its vectors are shaped as the real ones, its figures say what they are of. No test asserts a time."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks import search, search_indexes
from benchmarks.search_vectors import filled, lifted, resampled
from srlclip.pooling import unit


def clusters(count: int = 60, dim: int = 12) -> np.ndarray:
    rng = np.random.default_rng(0)
    middles = rng.normal(size=(3, dim))
    return unit((middles[np.arange(count) % 3] + 0.1 * rng.normal(size=(count, dim))).astype(np.float32))


def test_resampled_vectors_stay_where_the_real_ones_are() -> None:
    real = clusters()
    made = filled(resampled(real, 700, 12, block=100), 700, 12)
    assert np.array_equal(made[:60], real) and np.allclose((made**2).sum(axis=1), 1, atol=1e-5)
    assert (made @ real.T).max(axis=1).min() > 0.9  # near a real one, and no two the same
    assert len(np.unique(made.round(6), axis=0)) == 700
    assert np.array_equal(made, filled(resampled(real, 700, 12, block=100), 700, 12))


def test_lifting_keeps_every_cosine() -> None:
    real = clusters()
    far = lifted(real, 64)
    assert far.shape == (60, 64) and np.allclose(far @ far.T, real @ real.T, atol=1e-5)
    assert lifted(real, 8) is real


@pytest.mark.parametrize("name", ["faiss IVF int8", "usearch HNSW fp16", "usearch HNSW int8", "hnswlib HNSW fp32"])
@pytest.mark.extra
def test_every_library_finds_the_nearest(name: str, tmp_path: Path) -> None:
    library, build, _ = search_indexes.CANDIDATES[name]
    pytest.importorskip(library)
    vectors = filled(resampled(clusters(), 3000, 16), 3000, 16)
    look_up = build(vectors, tmp_path)
    right = [len({*np.argsort(-(vectors @ v))[:10]} & {*look_up(v, 40)[:40]}) for v in vectors[:20]]
    assert np.mean(right) > 9


def test_a_run_writes_both_ways_and_says_where_it_comes_from(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    out = tmp_path / "speed" / "search"
    small = [
        "--quick",
        "--clips",
        "12",
        "--vectors",
        "400",
        "--drawn",
        "5",
        "--rounds",
        "3",
        "--dim",
        "8",
        "--out",
        str(out),
    ]
    assert search.main(small) == 0
    measured = json.loads(out.with_suffix(".json").read_text())
    (row,) = measured["galleries"]
    assert row["clips"] == 12 and row["differences"] == 0 and {"old", "ours", "copy", "view"} <= row.keys()
    assert measured["indexes"]["exact fp32"]["recall"] == 1.0
    assert all(0 <= each["recall"] <= 1 for each in measured["indexes"].values())
    assert {"commit", "date", "machine", "settings", "shape", "load"} <= measured.keys()
    assert measured["settings"]["dim"] == 128  # no fewer dimensions than the pair has
    assert out.with_suffix(".md").read_text() in capsys.readouterr().out
