"""A file with sound and no pictures, as people upload by accident."""

from __future__ import annotations

from pathlib import Path

import numpy as np


def write_sound(path: Path, rate: int = 16000) -> Path:
    """A second or so of silence, AAC in MP4."""
    import av

    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=rate)
        for block in range(20):
            sound = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
            sound.sample_rate, sound.pts = rate, block * 1024
            container.mux(stream.encode(sound))
        container.mux(stream.encode())
    return path
