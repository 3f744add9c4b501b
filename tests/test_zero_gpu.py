"""ZeroGPU without one: a fake `spaces` whose GPU functions get and give pickled copies, as those in another process do."""

import pickle
import sys
from types import ModuleType

import numpy as np
import pytest
import torch

from srlclip import zero_gpu
from srlclip.compare import Comparison


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


def test_everything_that_computes_runs_on_the_gpu_and_answers_the_same(spaces, mp4):
    plain, remote = Comparison.load(), Comparison.load()
    moved = []
    for encoder in (remote.pair.base, remote.pair.adapted):
        encoder.to = lambda device, was=encoder.to: (moved.append(device), was("cpu"))[1]
    assert zero_gpu.attach(remote, "cuda:0" if torch.cuda.is_available() else "cpu") is remote
    assert len(moved) == 2 and remote.info.device == "ZeroGPU" and spaces.durations == [zero_gpu.SECONDS]

    example = plain.examples()[0]
    for ask in (
        lambda it: it.search(example.query, example.target).target_rank("adapted"),
        lambda it: it.score(example.target, 0, "a man runs", it.negatives(example.target, 0, ["noun"])).true.base,
        lambda it: it.caption(example.target, decoder="zero_shot"),
        lambda it: it.caption(example.target),
    ):
        assert ask(remote) == ask(plain)
    assert set(spaces.calls) == {"texts_on_gpu", "frames_on_gpu", "captions_on_gpu"}
    # one call for the captions of a clip, not one for each group of texts
    assert spaces.calls.count("captions_on_gpu") == 2 and len(spaces.calls) < 8

    upload = str(mp4("mine.mp4"))
    ours, theirs = (it.timeline(it.add_video(upload), "a man runs") for it in (remote, plain))
    assert ours.base == theirs.base  # what was uploaded is remembered here, not in the other process
    pixels = torch.rand(2, 3, plain.pair.base.image_size, plain.pair.base.image_size)
    for one, other in zip(remote.pair.encode_frames(pixels), plain.pair.encode_frames(pixels), strict=True):
        np.testing.assert_array_equal(one.numpy(), other.numpy())


def test_models_move_to_cuda_by_default(spaces):
    class Asked(Exception):
        pass

    class Encoder:
        def to(self, device):
            raise Asked(device)

    class Pair:
        base = adapted = Encoder()
        contextualizer = None

    class Reader:
        heads = None

    class It:
        pair, reader = Pair(), Reader()

    with pytest.raises(Asked, match="cuda"):
        zero_gpu.attach(It())
