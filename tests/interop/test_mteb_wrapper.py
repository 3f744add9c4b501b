"""Against the installed mteb, an optional extra, on a task made here: skipped where it is not installed."""

import numpy as np
import pytest
import torch
from tiny_models import save_tiny_adapter

from srlclip.interop.embedder import Embedder
from srlclip.interop.mteb import MtebEncoder, mteb_encoder

mteb = pytest.importorskip("mteb", reason="optional extra: pip install .[mteb]")
pytestmark = pytest.mark.extra

TEXTS = ["the man is walking", "a photo of the scene", "this event"]


@pytest.fixture(scope="module")
def adapter(tiny_clip, tmp_path_factory):
    return str(save_tiny_adapter(tmp_path_factory.mktemp("adapted"), tiny_clip))


@pytest.fixture(scope="module")
def pictures():
    return list(np.random.default_rng(0).integers(0, 255, (5, 40, 50, 3), np.uint8))


def retrieval_task(pictures, right):
    """Texts to pictures in mteb's own form. right: (Q,) which picture is relevant to each text."""
    from datasets import Dataset
    from mteb.abstasks.retrieval import AbsTaskRetrieval
    from mteb.abstasks.task_metadata import TaskMetadata
    from PIL import Image

    class TinyRetrieval(AbsTaskRetrieval):
        metadata = TaskMetadata(
            name="TinyRetrieval", description="made by a test", reference="https://example.org", type="Any2AnyRetrieval",
            dataset={"path": "NA", "revision": "NA"}, category="t2i", modalities=["text", "image"], eval_splits=["test"],
            eval_langs=["eng-Latn"], main_score="ndcg_at_10", date=("2026-01-01", "2026-01-01"), dialect=["Written"],
            domains=[], task_subtypes=[], license="cc-by-4.0", annotations_creators="derived", sample_creation="created",
            bibtex_citation="",
        )  # fmt: skip

        def load_data(self, **_):
            self.dataset = {
                "default": {
                    "test": {
                        "queries": Dataset.from_dict({"id": [f"q{i}" for i in range(len(TEXTS))], "text": TEXTS}),
                        "corpus": Dataset.from_dict(
                            {
                                "id": [f"d{i}" for i in range(len(pictures))],
                                "image": [Image.fromarray(p) for p in pictures],
                            }
                        ),
                        "relevant_docs": {f"q{i}": {f"d{j}": 1} for i, j in enumerate(right)},
                        "top_ranked": None,
                    }
                }
            }
            self.data_loaded = True

    return TinyRetrieval()


@pytest.mark.parametrize("name", ["base", "adapted"])
def test_mteb_ranks_as_the_model_does(adapter, pictures, name):
    """What the model itself ranks first and last is what the task calls relevant: nDCG is 1, and what rank 5 is worth."""
    embedder = Embedder.load(name, adapter=adapter)
    cosines = embedder.texts(TEXTS) @ embedder.images(pictures).T
    for right, expected in ((cosines.argmax(1), 1.0), (cosines.argmin(1), 1 / np.log2(6))):
        model = MtebEncoder(embedder, f"srlclip/tiny-{name}")
        result = mteb.evaluate(model, retrieval_task(pictures, right.tolist()), cache=None)
        assert result.task_results[0].get_score() == pytest.approx(expected, abs=1e-4)


def test_it_says_what_it_is(adapter):
    model = mteb_encoder("adapted", adapter=adapter, frames=3)
    assert isinstance(model, mteb.EncoderProtocol)
    meta = model.mteb_model_meta
    assert meta.name.startswith("srlclip/") and meta.embed_dim == 32 and meta.max_tokens == 77
    assert meta.revision == model.embedder.pair.fingerprints["adapted"]
    assert mteb_encoder("base", adapter=adapter).mteb_model_meta.revision != meta.revision


def test_videos_and_several_kinds_at_once(adapter):
    model = mteb_encoder(adapter=adapter, frames=3)
    videos = list(np.random.default_rng(3).integers(0, 255, (2, 6, 40, 50, 3), np.uint8))
    alone = model.encode([{"video": videos[:1]}, {"video": videos[1:]}])
    torch.testing.assert_close(alone, model.embedder.videos(videos))
    both = model.encode([{"video": videos, "text": TEXTS[:2], "id": ["a", "b"]}])
    mean = (alone + model.embedder.texts(TEXTS[:2])) / 2
    torch.testing.assert_close(both, mean / mean.norm(dim=-1, keepdim=True))
    assert model.similarity(alone, both.numpy()).shape == (2, 2)
    torch.testing.assert_close(model.similarity_pairwise(alone, alone), torch.ones(2))
    with pytest.raises(ValueError, match="a batch has audio; it needs text, image or video"):
        model.encode([{"audio": [0]}])
