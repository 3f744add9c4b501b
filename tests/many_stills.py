"""A folder in MSR-VTT's format whose media are stills of one colour each: embedding many takes no decoder."""

from __future__ import annotations

from pathlib import Path

from PIL import Image


def write_msrvtt(
    root: Path, count: int, size: int = 40, broken: tuple[int, ...] = (), absent: tuple[int, ...] = ()
) -> Path:
    """count rows of MSRVTT_JSFUSION_test.csv. broken: rows whose medium is no image. absent: rows without a file."""
    (root / "videos").mkdir(parents=True)
    lines = ["key,vid_key,video_id,sentence"]
    for row in range(count):
        name = f"video{7020 + row}"
        lines.append(f"ret{row},msr{7020 + row},{name},the man is walking {'in this scene ' * (row % 7)}{row}")
        path = root / "videos" / f"{name}.png"
        if row in broken:
            path.write_bytes(b"no image")
        elif row not in absent:
            Image.new("RGB", (size, size), (37 * row % 256, 91 * row % 256, 151 * row % 256)).save(path)
    (root / "MSRVTT_JSFUSION_test.csv").write_text("\n".join(lines) + "\n", "utf-8")
    return root
