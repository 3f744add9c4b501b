"""The eighteen scenes: backgrounds drawn once per clip, each with a hue, a time of day and a layout of its own.

Horizons lie at about y = 190 of 320; actors stand at about 290, bystanders at about 250.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from srlclip.synsitu.drawing.backdrop import WIDE
from srlclip.synsitu.drawing.built_scenes import city_at_night, kitchen, office, stage, street
from srlclip.synsitu.drawing.canvas import FRAME, Canvas, Colour
from srlclip.synsitu.drawing.landscapes import beach, desert, farm, park, snow
from srlclip.synsitu.drawing.rooms import bedroom, classroom, supermarket, train_station
from srlclip.synsitu.drawing.wild_scenes import castle, cave, forest, harbour
from srlclip.synsitu.world import SCENES

_SCENES: dict[str, Callable[[Canvas, np.random.Generator], Colour]] = {
    "street": street,
    "beach": beach,
    "park": park,
    "snow": snow,
    "desert": desert,
    "stage": stage,
    "city at night": city_at_night,
    "kitchen": kitchen,
    "office": office,
    "farm": farm,
    "forest": forest,
    "cave": cave,
    "castle": castle,
    "harbour": harbour,
    "bedroom": bedroom,
    "classroom": classroom,
    "supermarket": supermarket,
    "train station": train_station,
}


def draw_scenery(scene: str, rng: np.random.Generator, scale: float) -> tuple[np.ndarray, Colour]:
    """Draw a scene. Returns uint8 RGB, 320 x 346 world units times scale, and the colour of shadows on its ground.

    Raises ValueError on an unknown scene.
    """
    if scene not in _SCENES:
        raise ValueError(f"unknown scene {scene!r}; allowed: {', '.join(SCENES)}")
    image = np.zeros((int(np.ceil(FRAME * scale)), int(np.ceil(WIDE * scale)), 3), np.uint8)
    floor = _SCENES[scene](Canvas(image, scale), rng)
    return image, floor
