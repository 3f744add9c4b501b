"""Small videos of flat colours: frame i has the red value (4 i) mod 256."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np


def write_mp4(
    path: Path,
    frames: int = 60,
    size: tuple[int, int] = (64, 48),
    fps: int = 30,
    times: Iterable[int] | None = None,
    codec: str = "libx264",
    options: dict[str, str] | None = None,
) -> None:
    """What conftest.mp4 describes, written to `path`."""
    import av

    # yuv444p takes odd sizes, yuv420p does not.
    layout = "yuv420p" if size[0] % 2 == 0 and size[1] % 2 == 0 else "yuv444p"
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=fps)
        stream.width, stream.height, stream.pix_fmt = *size, layout
        stream.options = options or {"preset": "ultrafast", "g": "12"}
        for index, at in enumerate(times if times is not None else range(frames)):
            pixels = np.full((size[1], size[0], 3), (index * 4 % 256, 128, 40), np.uint8)
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            frame.pts = at
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
