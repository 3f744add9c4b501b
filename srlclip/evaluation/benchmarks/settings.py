"""How a benchmark is run. No torch, so that stored results are read without it."""

from __future__ import annotations

from dataclasses import dataclass

from srlclip.config import check_at_least


@dataclass(frozen=True)
class RunSettings:
    """frames: None takes the spec's. partial: go on with fewer files or other counts than the official ones. resamples:
    of the bootstrap. context: also SRL-CLIP's contextualizer. workers: threads that decode ahead. seed: of what is drawn.
    batch: clips a forward (None: one on the CPU, more on a GPU). normalise: "dsl" or "qb" adds a table of retrieval whose
    scores know of other queries (`normalised`). Raises ValueError."""

    frames: int | None = None
    partial: bool = False
    resamples: int = 2000
    context: bool = False
    workers: int = 1
    seed: int = 0
    batch: int | None = None
    normalise: str = ""

    def __post_init__(self) -> None:
        for name, least in (("frames", 1), ("resamples", 1), ("workers", 0), ("seed", 0), ("batch", 1)):
            value = getattr(self, name)
            if value is not None:
                check_at_least(f"--{name}", value, least)


DEFAULTS = RunSettings()
