"""ZeroGPU without one: a fake `spaces` whose GPU functions get and give pickled copies, as those in another process do."""

import pickle
import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
import torch

from srlclip.app import serve, zero_gpu
from srlclip.comparison.comparison import Comparison

PARTS = ("vision_model", "visual_projection", "text_model", "text_projection")


@pytest.fixture
def spaces(monkeypatch):
    """The fake module. calls: names of the functions that ran on the "GPU"; depth: whether one does."""
    module = ModuleType("spaces")
    module.calls, module.durations, module.inside = [], [], False

    def gpu(task=None, *, duration=None):
        if task is None:
            module.durations.append(duration)
            return gpu

        def remote(*args, **kwargs):
            if module.inside:  # in the forked process a decorated function is an ordinary one
                return task(*args, **kwargs)
            module.calls.append(task.__name__)
            module.inside = True
            try:
                args, kwargs = pickle.loads(pickle.dumps((args, kwargs)))
                found = task(*args, **kwargs)
                assert not _tensors(found), "a tensor of the other process's device would not arrive here"
                return pickle.loads(pickle.dumps(found))
            finally:
                module.inside = False

        return remote

    module.GPU = gpu
    monkeypatch.setitem(sys.modules, "spaces", module)
    return module


def _tensors(value) -> bool:
    return isinstance(value, torch.Tensor) or (isinstance(value, (tuple, list)) and any(_tensors(v) for v in value))


@pytest.mark.parametrize("value, there, expected", [
    (None, True, False), ("0", True, False), ("true", True, True), ("1", True, True), ("true", False, False),
])  # fmt: skip
def test_only_zero_gpu_hardware_with_spaces_installed_is_active(monkeypatch, spaces, value, there, expected):
    monkeypatch.delenv("SPACES_ZERO_GPU", raising=False)
    if value is not None:
        monkeypatch.setenv("SPACES_ZERO_GPU", value)
    if not there:
        monkeypatch.setitem(sys.modules, "spaces", None)
    assert zero_gpu.active() is expected


def test_what_is_heavy_runs_on_the_gpu_and_everything_answers_the_same(spaces, mp4):
    plain, remote = Comparison.load(), Comparison.load()
    assert zero_gpu.named(remote) is remote and "ZeroGPU" in remote.info.device
    zero_gpu.attach(remote, "cuda:0" if torch.cuda.is_available() else "cpu")
    assert spaces.durations == [zero_gpu.SECONDS]

    example = plain.examples()[0]
    for ask in (
        lambda it: it.search(example.query, example.target).target_rank("adapted"),
        lambda it: it.score(example.target, 0, "a man runs", it.negatives(example.target, 0, ["noun"])).true.score.base,
        lambda it: it.caption(example.target, decoder="zero_shot"),
        lambda it: it.caption(example.target),
    ):
        assert ask(remote) == ask(plain)
    why, same = remote.explain(example.target, 1), plain.explain(example.target, 1)
    np.testing.assert_allclose(why.maps.adapted, same.maps.adapted, atol=1e-5)
    assert spaces.calls.count("maps_on_gpu") == 1 and why.score == same.score
    # searches, scores and trained heads cost no visitor anything; one call for zero-shot captions of a clip, not one for
    # each group of texts; the frames of a clip once
    assert spaces.calls.count("captions_on_gpu") == 1 and set(spaces.calls) <= {
        "captions_on_gpu",
        "frames_on_gpu",
        "maps_on_gpu",
    }

    upload = str(mp4("mine.mp4"))
    asked = spaces.calls.count("frames_on_gpu")
    ours, theirs = (it.timeline(it.add_video(upload), "a man runs") for it in (remote, plain))
    assert spaces.calls.count("frames_on_gpu") == asked + 1
    assert ours.scores == theirs.scores  # what was uploaded is remembered here, not in the other process
    pixels = torch.rand(2, 3, plain.pair.base.image_size, plain.pair.base.image_size)
    for one, other in zip(remote.pair.encode_frames(pixels), plain.pair.encode_frames(pixels), strict=True):
        np.testing.assert_array_equal(one.numpy(), other.numpy())


def test_image_towers_move_and_text_towers_only_in_the_other_process(spaces):
    class Part:
        def __init__(self):
            self.at = ["cpu"]

        def to(self, device):
            self.at.append(device)

    def clip():
        return SimpleNamespace(**{name: Part() for name in PARTS})

    encoders = [SimpleNamespace(clip=clip()) for _ in range(2)]
    pair = SimpleNamespace(base=encoders[0], adapted=encoders[1], encode_frames=None)
    reader = SimpleNamespace(caption=lambda *args: "read")
    zero_gpu.attach(SimpleNamespace(pair=pair, reader=reader, image_maps=None))

    def places():
        return [{name: getattr(encoder.clip, name).at[-1] for name in PARTS} for encoder in encoders]

    here = {"vision_model": "cuda", "visual_projection": "cuda", "text_model": "cpu", "text_projection": "cpu"}
    assert reader.caption("clip", (), {}, "heads") == "read" and places() == [here, here] and not spaces.calls
    assert reader.caption("clip", (), {}, "zero_shot") == "read" and places() == [dict.fromkeys(PARTS, "cuda")] * 2


def test_the_page_is_made_before_the_gpu_is_asked_for_and_launched_after(spaces, monkeypatch):
    """GPUs are lent to visitors of a launched app; what the page opens with must not need one."""
    monkeypatch.setenv("SPACES_ZERO_GPU", "1")
    steps, pairs = [], SimpleNamespace(get=lambda: "the pair")

    def built(*args, **kwargs):
        steps.append("page")
        return SimpleNamespace(
            local_url="http://there/", launch=lambda **settings: (steps.append("launch"), "http://there/", None)
        )

    monkeypatch.setattr(serve, "load_pairs", lambda *args: pairs)
    monkeypatch.setattr("srlclip.app.ui.build_demo", built)
    monkeypatch.setattr(serve, "answers", lambda url: True)
    monkeypatch.setattr(zero_gpu, "attach", lambda comparison: steps.append(f"attach {comparison}"))
    args = serve.parser().parse_args([])
    assert serve._launch(args, "127.0.0.1", 7999)[1] == "http://there/"
    assert steps == ["page", "attach the pair", "launch"]
    monkeypatch.delenv("SPACES_ZERO_GPU")
    serve._launch(args, "127.0.0.1", 7999)
    assert steps[3:] == ["page", "launch"]
