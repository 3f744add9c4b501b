"""What tests share: a tiny random CLIP in transformers' folder format, and generated videos. Offline, CPU, seeded."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import pytest
from flat_video import write_mp4
from tiny_models import save_tiny_clip, tiny_config


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave tests/browser alone unless its marker is asked for: it needs a browser."""
    browser = collection_path == Path(__file__).parent / "browser"
    return True if browser and config.option.markexpr == "not browser" else None


@pytest.fixture(scope="module")
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The user's cache folder is one of this module's own."""
    before = os.environ.get("SRLCLIP_CACHE")
    os.environ["SRLCLIP_CACHE"] = str(tmp_path_factory.mktemp("cache"))
    yield
    os.environ.pop("SRLCLIP_CACHE") if before is None else os.environ.update(SRLCLIP_CACHE=before)


@pytest.fixture(scope="session")
def tiny_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a tiny random CLIP; do not write into it."""
    return save_tiny_clip(tmp_path_factory.mktemp("models") / "tiny-clip")


@pytest.fixture
def mp4(tmp_path: Path) -> Callable[..., Path]:
    """Makes a small video, H.264 unless told otherwise: mp4(name, frames=60, size=(64, 48), fps=30, times=None).

    Frame i is one flat colour whose red value is (4 i) mod 256. times: per frame, at which tick of 1 / fps it
    appears, for variable frame rates.
    """

    def make(
        name: str = "clip.mp4",
        frames: int = 60,
        size: tuple[int, int] = (64, 48),
        fps: int = 30,
        times: Iterable[int] | None = None,
        codec: str = "libx264",
        options: dict[str, str] | None = None,
    ) -> Path:
        path = tmp_path / name
        write_mp4(path, frames, size, fps, times, codec, options)
        return path

    return make


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few SynSitu clips on disk: six for training, three for validation. Do not write into it."""
    from srlclip.synsitu.writer import write_split

    root = tmp_path_factory.mktemp("synsitu")
    write_split(root, "train", 6)
    write_split(root, "valid", 3)
    return root


@pytest.fixture(scope="session")
def tiny_run(tiny_clip: Path, world: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run folder: the tiny CLIP adapted on the six clips for two epochs by training/train.py."""
    from training.train import main

    out = tmp_path_factory.mktemp("runs") / "tiny"
    assert main(["--config", str(tiny_config(out.parent, tiny_clip, world, out))]) == 0
    return out
