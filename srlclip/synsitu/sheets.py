"""Pictures of the world for people: a legend of its signs, and a contact sheet of its verbs or of a split's clips.

python -m srlclip.synsitu.sheets --out docs/images          # synsitu-legend.png and synsitu-verbs.png
python -m srlclip.synsitu.sheets --out sheets --split test --clips 8 --plain
"""

from __future__ import annotations

import argparse
import textwrap
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np

from srlclip.files import replacing
from srlclip.synsitu.drawing import effects
from srlclip.synsitu.drawing.canvas import FRAME, Canvas
from srlclip.synsitu.render import render_frames
from srlclip.synsitu.sample import sample_clip
from srlclip.synsitu.shown import SPLITS
from srlclip.synsitu.words import FORMS
from srlclip.synsitu.world import COLOURS, KINDS, MANNERS, SCENES, VERBS, Character, ClipScript, EventScript

_TEXT = 30  # height of the caption under a picture, in pixels

#: What a sign of the legend stands for -> how it is drawn in the middle of a picture.
SIGNS: dict[str, Callable[[Canvas], None]] = {
    **{manner: lambda c, m=manner: effects.manner_mark(c, m, (160, 160), 1, 0.3) for manner in MANNERS},
    "talks to": lambda c: effects.speech(c, (168, 150), (120, 190)),
    "looks at": lambda c: effects.eye(c, (160, 160), 24),
    "helps": lambda c: effects.cross(c, (160, 160), 24),
    "hugs": lambda c: effects.heart(c, (160, 160), 22),
    "hits: kick or punch": lambda c: effects.impact(c, (160, 160), 30),
    "has fallen": lambda c: effects.star(c, (160, 160), 24, (255, 236, 60)),
    "music: dance or play": lambda c: effects.note(c, (160, 160), 24, (230, 30, 160)),
    "gives": lambda c: effects.arrow(c, (132, 160), (192, 160), 14, (130, 240, 120)),
    "takes": lambda c: effects.arrow(c, (192, 160), (132, 160), 14, (255, 130, 80)),
    "lifts, climbs up": lambda c: effects.arrow(c, (160, 190), (160, 130), 14),
    "puts down, climbs down": lambda c: effects.arrow(c, (160, 130), (160, 190), 14),
    "tears or sweat": lambda c: effects.drop(c, (160, 160), 22),
}


def grid(pictures: Sequence[np.ndarray], captions: Sequence[str], columns: int, size: int = 160) -> np.ndarray:
    """Pictures in rows with a caption under each: uint8 RGB."""
    rows = -(-len(pictures) // columns)
    out = np.full((rows * (size + _TEXT), columns * size, 3), 255, np.uint8)
    for i, (picture, caption) in enumerate(zip(pictures, captions, strict=True)):
        y, x = i // columns * (size + _TEXT), i % columns * size
        out[y : y + size, x : x + size] = cv2.resize(picture, (size, size), interpolation=cv2.INTER_AREA)
        for line, part in enumerate(textwrap.wrap(caption, size // 6)[:2]):
            place = (x + 3, y + size + 12 + 13 * line)
            cv2.putText(out, part, place, cv2.FONT_HERSHEY_SIMPLEX, 0.38, (30, 26, 34), 1, cv2.LINE_AA)
    return out


def legend() -> np.ndarray:
    """Every sign and what it stands for."""
    pictures = []
    for draw in SIGNS.values():
        image = np.full((FRAME, FRAME, 3), (196, 214, 206), np.uint8)
        draw(Canvas(image, 1.0))
        pictures.append(image[FRAME // 4 : -FRAME // 4, FRAME // 4 : -FRAME // 4])
    return grid(pictures, list(SIGNS), 8, 120)


def verbs(plain: bool = False) -> np.ndarray:
    """One frame of every verb, from the commonest to the rarest, each in another scene and by another cast."""
    pictures = []
    for i, (verb_id, spec) in enumerate(VERBS.items()):
        prop = "box" if spec.patient == "prop" else None
        patient = 1 if spec.patient in ("character", "any") or spec.recipient else None
        direction = spec.directions[i % 2] if spec.directions else ""
        cast = tuple(Character(KINDS[(i + 3 * k) % len(KINDS)], COLOURS[(i + 5 * k) % len(COLOURS)]) for k in (0, 1))
        event = EventScript(verb_id, 0, patient, prop, direction)
        script = ClipScript(verb_id, SCENES[i % len(SCENES)], cast, (event,), i)
        pictures.append(render_frames(script, [1.0], plain=plain)[0])
    return grid(pictures, [f"{verb_id}: {FORMS[verb_id][0][0]}" for verb_id in VERBS], 8, 128)


def clips(split: str, count: int, plain: bool = False) -> np.ndarray:
    """The middle frame of every event of a split's first clips, one clip a row."""
    pictures, captions = [], []
    for script in (sample_clip(split, i) for i in range(count)):
        pictures += list(render_frames(script, [2 * k + 1.0 for k in range(len(script.events))], plain=plain))
        for e in script.events:
            whom = e.prop or (script.cast[e.patient].kind if e.patient is not None else "")
            captions.append(" ".join((script.cast[e.agent].kind, FORMS[e.verb_id][0][0], whom, e.direction, e.manner)))
    return grid(pictures, captions, len(script.events))


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Draw the legend of SynSitu's signs and contact sheets of its world.")
    parser.add_argument("--out", required=True, help="folder for the PNG files")
    parser.add_argument("--split", choices=SPLITS, help="a sheet of this split's clips instead of the verbs")
    parser.add_argument("--clips", type=int, default=8, help="how many of them (default: 8)")
    parser.add_argument("--plain", action="store_true", help="without the signs of the manner")
    args = parser.parse_args(argv)
    if args.clips < 1:
        parser.error(f"--clips is {args.clips}; it must be 1 or more")
    out = Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    if args.split is None:
        sheets = {"legend": legend(), "verbs": verbs(args.plain)}
    else:
        sheets = {args.split: clips(args.split, args.clips, args.plain)}
    for name, image in sheets.items():
        path = out / f"synsitu-{name}.png"
        with replacing(path) as draft:
            draft.write_bytes(cv2.imencode(".png", image[:, :, ::-1])[1].tobytes())
        print(path)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
