"""Files that people upload by accident or on purpose: broken, odd, too long, too large. Made with PyAV."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
from sound_file import write_sound


def write(
    path: Path, frames: int = 50, size: tuple[int, int] = (160, 96), fps: int = 10, times: Iterable[int] | None = None
) -> Path:
    """A square that crosses the picture, H.264. times: per frame, at which tick of 1 / fps it appears."""
    import av

    layout = "yuv420p" if size[0] % 2 == 0 and size[1] % 2 == 0 else "yuv444p"  # 4:2:0 takes even sizes only
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=fps, options={"preset": "ultrafast", "crf": "35"})
        stream.width, stream.height, stream.pix_fmt = *size, layout
        for number, at in enumerate(times if times is not None else range(frames)):
            picture = np.full((size[1], size[0], 3), 90, np.uint8)
            left = number * 3 % max(size[0] - 20, 1)
            picture[size[1] // 3 : size[1] // 2, left : left + 20] = (240, 220, 160)
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts = at
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def good(folder: Path) -> Path:
    return write(folder / "good.mp4")


def empty(folder: Path) -> Path:
    path = folder / "zero_bytes.mp4"
    path.write_bytes(b"")
    return path


def renamed_text(folder: Path) -> Path:
    path = folder / "renamed_text.mp4"
    path.write_text("This is no video.\n" * 100, "utf-8")
    return path


def audio_only(folder: Path) -> Path:
    return write_sound(folder / "audio_only.mp4")


def one_frame(folder: Path) -> Path:
    return write(folder / "one_frame.mp4", 1)


def odd_size(folder: Path) -> Path:
    return write(folder / "odd_size.mp4", size=(161, 97))


def variable_rate(folder: Path) -> Path:
    return write(folder / "variable_rate.mp4", times=sorted({k * k // 9 for k in range(40)}))


def truncated(folder: Path) -> Path:
    """Cut in the middle, before the index at its end."""
    whole = write(folder / "whole.mp4").read_bytes()
    path = folder / "truncated.mp4"
    path.write_bytes(whole[: len(whole) // 2])
    return path


def too_long(folder: Path) -> Path:
    return write(folder / "too_long.mp4", 131, size=(64, 48), fps=1)


def too_large(folder: Path) -> Path:
    path = write(folder / "too_large.mp4")
    with path.open("ab") as file:  # a file with a hole: 101 MB to whoever reads it, no space here
        file.truncate(101 * 2**20)
    return path


def eight_k(folder: Path) -> Path:
    return write(folder / "eight_k.mp4", 2, size=(7680, 4320))


def named_as_markup(folder: Path) -> Path:
    return write(folder / "<img src=x onerror=window.hacked=1> ${6*7} {{value}}.mp4")


#: What may become a result or a message, and never a crash.
CORRUPT: dict[str, Callable[[Path], Path]] = {
    f.__name__: f for f in (empty, renamed_text, audio_only, one_frame, odd_size, variable_rate, truncated)
}
#: What is refused, and a word of the limit that the message names.
REFUSED: dict[str, tuple[Callable[[Path], Path], str]] = {
    "too_long": (too_long, "120"),
    "too_large": (too_large, "100"),
    "eight_k": (eight_k, "megapixels"),
}
