"""The fast mode on the bundled gallery: its features are near the exact ones, and rankings move only between near-equals."""

import itertools
import json

import numpy as np
import pytest

from srlclip.comparison import fast_mode
from srlclip.comparison.comparison import Comparison
from srlclip.comparison.loading import load_pair
from srlclip.results import MODELS

#: Two clips whose exact scores are nearer than this may swap: three times what the rounding changes a score by.
NEAR = 0.012


@pytest.fixture(scope="module")
def pairs(tmp_path_factory) -> tuple[Comparison, Comparison]:
    """The bundled pair, exact and fast, with an empty cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SRLCLIP_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield Comparison.load(), Comparison.load(precision="bf16")


def test_features_and_what_is_said_of_them(pairs):
    exact, fast = pairs
    assert (exact.info.precision, exact.info.feature_cosine) == ("fp32", 1.0)
    assert fast.info.precision == "bf16" and 0.999 <= fast.info.feature_cosine < 1
    for model in MODELS:
        cosines = (exact.gallery.events[model] * fast.gallery.events[model]).sum(-1)
        assert 0.999 <= cosines.min() < 1
    assert np.array_equal(exact.embed_texts(["a man runs"]), fast.embed_texts(["a man runs"])), "texts stay exact"


@pytest.mark.parametrize("model", MODELS)
def test_retrieval_order_of_the_example_queries_stays(pairs, model):
    exact, fast = pairs
    assert exact.examples()
    for example in exact.examples():
        true, near = (pair.search(example.query, example.target) for pair in pairs)
        assert true.hits[model][0].clip_id == near.hits[model][0].clip_id
        assert abs(true.target_rank(model) - near.target_rank(model)) <= 1
        scores = {hit.clip_id: hit.score for hit in true.hits[model]}
        order = [scores[hit.clip_id] for hit in near.hits[model]]
        assert all(a > b - NEAR for a, b in itertools.pairwise(order)), "only near-equal clips change places"


def test_embeddings_of_two_precisions_are_never_mixed(pairs, tmp_path):
    exact, fast = pairs
    assert fast.gallery_origin == "embedded", "the package's exact gallery is not the fast pair's"
    assert dict(fast.gallery.fingerprints) == {m: f"{p}-bf16" for m, p in exact.gallery.fingerprints.items()}


def test_the_fast_pair_captions_and_explains(pairs):
    _, fast = pairs
    clip = fast.clip_ids()[0]
    assert all(event.sentence.base and event.sentence.adapted for event in fast.caption(clip).events)
    assert fast.explain(clip, 0).text


def test_the_cosine_is_measured_once_per_pair(monkeypatch, tmp_path):
    monkeypatch.setenv("SRLCLIP_CACHE", str(tmp_path))
    first, _ = load_pair(None, None, "cpu", "bf16")
    (file,) = (tmp_path / "precision").iterdir()
    assert json.loads(file.read_text("utf-8"))["feature_cosine"] == first.feature_cosine
    monkeypatch.setattr(fast_mode, "_probe", lambda pair: pytest.fail("it was measured before"))
    assert load_pair(None, None, "cpu", "bf16")[0].feature_cosine == first.feature_cosine
    file.write_text("{", "utf-8")  # cut off by a full disk: measured again
    monkeypatch.undo()
    monkeypatch.setenv("SRLCLIP_CACHE", str(tmp_path))
    assert load_pair(None, None, "cpu", "bf16")[0].feature_cosine == first.feature_cosine


def test_an_unknown_precision_is_named():
    with pytest.raises(ValueError, match="precision is 'int8'; allowed: fp32, bf16, auto"):
        load_pair(None, None, "cpu", "int8")
