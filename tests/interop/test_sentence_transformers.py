"""Against the installed sentence-transformers, an optional extra: these tests are skipped where it is not installed."""

import numpy as np
import pytest
from PIL import Image
from tiny_models import save_tiny_adapter

from srlclip.interop.embedder import Embedder
from srlclip.interop.sentence_transformer import sentence_transformer
from srlclip.models.pair import ClipPair

library = pytest.importorskip("sentence_transformers", reason="optional extra: pip install .[sentence-transformers]")
pytestmark = pytest.mark.extra


@pytest.fixture(scope="module")
def adapter(tiny_clip, tmp_path_factory):
    return save_tiny_adapter(tmp_path_factory.mktemp("adapted"), tiny_clip)


def test_a_merged_model_loads_unchanged(adapter, tmp_path):
    adapted = ClipPair.load(None, adapter).adapted
    adapted.save(tmp_path / "merged")
    model = library.SentenceTransformer(str(tmp_path / "merged"), device="cpu")
    picture = np.random.default_rng(0).integers(0, 255, (40, 50, 3), np.uint8)
    texts = model.encode(["the man", "walking"], normalize_embeddings=True)
    np.testing.assert_allclose(texts, adapted.encode_texts(["the man", "walking"]).numpy(), atol=1e-5)
    image = model.encode([Image.fromarray(picture)], normalize_embeddings=True)
    ours = Embedder(ClipPair.load(None, adapter)).images([picture]).numpy()
    np.testing.assert_allclose(image, ours, atol=0.01)  # pixels differ by a grey level


def test_the_wrapper_gives_the_vectors_of_either_model(adapter, mp4):
    video, picture = mp4(frames=30), np.random.default_rng(0).integers(0, 255, (40, 50, 3), np.uint8)
    for name in ("base", "adapted"):
        model = sentence_transformer(name, adapter=str(adapter), frames=4)
        embedder = Embedder.load(name, adapter=str(adapter), frames=4)
        texts = ["the man", "a longer text of many words", "walking"]
        np.testing.assert_allclose(model.encode(texts, batch_size=2), embedder.texts(texts).numpy(), atol=1e-5)
        np.testing.assert_allclose(
            model.encode([Image.fromarray(picture)]), embedder.images([picture]).numpy(), atol=1e-5
        )
        frames = np.random.default_rng(1).integers(0, 255, (6, 40, 50, 3), np.uint8)
        told = {"video": {"array": frames, "video_metadata": None}}
        rows = model.encode([{"video": str(video)}, str(video), frames, told])
        np.testing.assert_allclose(rows, embedder.videos([video, video, frames, frames]).numpy(), atol=1e-5)
    assert model.get_embedding_dimension() == 32
    assert model.similarity(rows, rows).diagonal().tolist() == pytest.approx([1] * 4, abs=1e-5)
    assert np.allclose(model.encode("man", prompt="the "), model.encode("the man"), atol=1e-5)


def test_the_wrapper_is_not_saved_and_says_what_is(adapter, tmp_path):
    with pytest.raises(ValueError, match="--merged"):
        sentence_transformer(adapter=str(adapter)).save(str(tmp_path / "saved"))
