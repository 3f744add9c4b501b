"""SynSitu's frames without video files: each clip is drawn at the moments that a decoder is asked for.

A video adds two things, which are left out here: its codec, and its own frames, of which a decoder gives the one on screen
(drawn for up to half a frame earlier or later). So drawn frames differ a little from decoded ones, and their keys differ,
too: the cache gives none for the other.
"""

from __future__ import annotations

from dataclasses import asdict

import numpy as np

from srlclip.data.frame_cache import FrameSource, Sampling
from srlclip.files import json_digest
from srlclip.situations import SECONDS_PER_EVENT, DataError, Situation
from srlclip.synsitu.render import render_frames
from srlclip.synsitu.sample import script_of
from srlclip.synsitu.world import ClipScript
from srlclip.synsitu.writer import SIZE
from srlclip.video.frames import event_moments, event_spans


def drawn_key(situation: Situation, sampling: Sampling) -> str:
    """32 hex digits over what is drawn and when: the script, which names its clip and so the version of the world, the
    picture's size, and the moments. Raises DataError for a clip that is not SynSitu's."""
    script = _script(situation)
    return json_digest(["drawn", asdict(script), SIZE, _moments(situation, script, sampling).tolist()], 32)


def draw(situation: Situation, sampling: Sampling) -> np.ndarray:
    """uint8 (E, F, 3, S, S) of one clip, preprocessed as decoded frames are. Raises DataError as drawn_key does."""
    script = _script(situation)
    moments = _moments(situation, script, sampling)
    frames = render_frames(script, moments.ravel().tolist(), SIZE)
    pixels = sampling.spec.to_uint8(frames).numpy()
    return pixels.reshape(*moments.shape, *pixels.shape[1:])


#: What data.drawn puts in the place of video files.
DRAWN = FrameSource(drawn_key, draw, "draw")


def _script(situation: Situation) -> ClipScript:
    try:
        return script_of(situation.clip_id)
    except ValueError as error:
        raise DataError(
            f"only SynSitu's clips can be drawn, and {error}; leave out data.drawn or --drawn to read videos"
        ) from None


def _moments(situation: Situation, script: ClipScript, sampling: Sampling) -> np.ndarray:
    """Seconds, float64 (E, F), at which the clip's events are looked at, in a video or without."""
    events = len(situation.events) or sampling.events
    spans = event_spans(SECONDS_PER_EVENT * len(script.events), events, situation.start, situation.end)
    return event_moments(spans, sampling.frames_per_event)
