"""ClipScript and times -> frames. A frame depends on (script, time) alone."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from srlclip.situations import SECONDS_PER_EVENT
from srlclip.synsitu.drawing.actions import ACTIONS
from srlclip.synsitu.drawing.canvas import FRAME, Canvas
from srlclip.synsitu.drawing.costume import Costume, make_costume
from srlclip.synsitu.drawing.figures import draw_figure
from srlclip.synsitu.drawing.places import Place, place_of
from srlclip.synsitu.drawing.scenery import draw_scenery
from srlclip.synsitu.drawing.stage import Stage, idle_pose
from srlclip.synsitu.world import MANNERS, PROPS, VERBS, ClipScript, EventScript

_SWAY = (0, 1, 2, 1)


def check_script(script: ClipScript) -> None:
    """Raise ValueError if the script names something that the world does not have, or leaves a filler out."""
    if not script.events or not script.cast:
        raise ValueError(f"clip {script.clip_id!r} needs at least one event and one character")
    for k, event in enumerate(script.events):
        where = f"clip {script.clip_id!r}, event {k}"
        if event.verb_id not in VERBS:
            raise ValueError(f"{where}: unknown verb {event.verb_id!r}; allowed: {', '.join(VERBS)}")
        spec = event.spec
        for name, index in (("agent", event.agent), ("patient", event.patient)):
            if index is not None and not 0 <= index < len(script.cast):
                raise ValueError(f"{where}: {name} {index} is not in the cast of {len(script.cast)}")
        if event.agent == event.patient:
            raise ValueError(f"{where}: agent and patient are the same character, {event.agent}")
        if event.prop is not None and event.prop not in PROPS:
            raise ValueError(f"{where}: unknown prop {event.prop!r}; allowed: {', '.join(PROPS)}")
        if event.manner not in ("", *MANNERS):
            raise ValueError(f"{where}: unknown manner {event.manner!r}; allowed: '', {', '.join(MANNERS)}")
        if event.direction not in ("", *spec.directions):
            raise ValueError(
                f"{where}: direction {event.direction!r} of {event.verb_id}; allowed: {('', *spec.directions)}"
            )
        someone, something = event.patient is not None, event.prop is not None
        complete = {
            "": True,
            "fixed": True,
            "character": someone,
            "prop": something,
            "any": someone != something,
        }[spec.patient]
        if not complete or (spec.recipient and not someone):
            raise ValueError(
                f"{where}: {event.verb_id} takes patient kind {spec.patient!r}"
                f"{' and a recipient' if spec.recipient else ''}; got patient {event.patient}, prop {event.prop!r}"
            )


class _ClipDrawing:
    """Everything of a clip that its frames share, made when first asked for."""

    def __init__(self, script: ClipScript, size: int, plain: bool) -> None:
        self.script, self.size, self.scale, self.plain = script, size, size / FRAME, plain
        self.seed = script.look % 2**64  # seeds must not be negative
        rng = np.random.default_rng((self.seed, 1))
        self.costumes: list[Costume] = [make_costume(who, rng) for who in script.cast]
        self.scenery, self.floor = draw_scenery(script.scene, np.random.default_rng((self.seed, 2)), self.scale)
        self._stages: dict[int, Stage] = {}
        self._bases: dict[tuple[int, int], tuple[np.ndarray, list[Place]]] = {}
        self._gains: dict[int, float] = {}

    def stage(self, k: int) -> Stage:
        if k not in self._stages:
            event = self.script.events[k]
            self._stages[k] = Stage(event, self.costumes, np.random.default_rng((self.seed, 3, k)), self.plain)
        return self._stages[k]

    def base(self, k: int, sway: int) -> tuple[np.ndarray, list[Place]]:
        """Scenery and bystanders of event k, and where these stand."""
        if (k, sway) not in self._bases:
            rng = np.random.default_rng((self.seed, 4, k))
            image = self._view(rng)
            places = self._bystanders(Canvas(image, self.scale), self.script.events[k], rng, sway)
            self._bases[k, sway] = image, places
        return self._bases[k, sway]

    def _view(self, rng: np.random.Generator) -> np.ndarray:
        """The camera and the light move a little from event to event."""
        room = self.scenery.shape[1] - self.size
        x, gain = int(rng.integers(room + 1)), float(rng.uniform(0.94, 1.05))
        return cv2.convertScaleAbs(np.ascontiguousarray(self.scenery[: self.size, x : x + self.size]), alpha=gain)

    def _bystanders(self, canvas: Canvas, event: EventScript, rng: np.random.Generator, sway: int) -> list[Place]:
        idle = [i for i in range(len(self.costumes)) if i not in (event.agent, event.patient)]
        sides = [-1, 1] if rng.random() < 0.5 else [1, -1]
        places = []
        for place, i in enumerate(idle):
            side, row = sides[place % 2], place // 2
            x = 160 + side * (128 - 44 * row + float(rng.uniform(-5, 5)))
            y = 248 + float(rng.uniform(-4, 5)) - 6 * row
            facing = -side if rng.random() < 0.75 else side
            pose = idle_pose(self.costumes[i], x, y, facing, sway)
            canvas.ellipse((x, y + 2), (0.2 * pose.h, 0.035 * pose.h), self.floor)
            draw_figure(canvas, self.costumes[i], pose)
            places.append(place_of(self.costumes[i], pose))
        return places

    def frame(self, time: float, out: np.ndarray) -> list[Place]:
        """Draw the frame into `out`. Returns where everybody and everything stands, the hindmost first."""
        k = int(time // SECONDS_PER_EVENT)
        phase = (time - k * SECONDS_PER_EVENT) / SECONDS_PER_EVENT
        out[...], bystanders = self.base(k, _SWAY[int(phase * 8) % 4])
        stage = self.stage(k)
        stage.begin(Canvas(out, self.scale), phase, self.floor)
        ACTIONS[self.script.events[k].verb_id](stage)
        stage.finish()
        return [*bystanders, *stage.places]


def render_frames(script: ClipScript, times: Sequence[float], size: int = 320, plain: bool = False) -> np.ndarray:
    """The frames of `render`, without the places."""
    return render(script, times, size, plain)[0]


def render(
    script: ClipScript, times: Sequence[float], size: int = 320, plain: bool = False
) -> tuple[np.ndarray, list[list[Place]]]:
    """Draw a clip at the given times.

    times: seconds, each in [0, 2 * number of events); event k fills [2k, 2k + 2). plain: leave out the signs of manner.
    Returns uint8 (T, size, size, 3) RGB, and per frame where everybody and everything stands, in world units (a frame is
    FRAME wide), the hindmost first.
    Frames depend on the script and their time alone, not on the other times or their order.
    Raises ValueError on a time outside the clip, a size under 16 and on names that the world does not have.
    """
    check_script(script)
    if size < 16:
        raise ValueError(f"size is {size}; it must be at least 16 pixels")
    end = SECONDS_PER_EVENT * len(script.events)
    for time in times:
        if not 0 <= time < end:
            raise ValueError(f"time {time} s is outside of clip {script.clip_id!r}; allowed: 0 <= time < {end}")
    drawing = _ClipDrawing(script, size, plain)
    frames = np.empty((len(times), size, size, 3), np.uint8)
    places = [drawing.frame(float(time), out) for time, out in zip(times, frames, strict=True)]
    return frames, places
