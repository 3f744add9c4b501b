"""The folder that an instance is written to: its videos, stills, JSON and lines; each script is rendered once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from srlclip.files import link_or_copy, replacing, write_json, write_text
from srlclip.provenance import SYNTHETIC_MARK
from srlclip.situations import SECONDS_PER_EVENT
from srlclip.synsitu.render import render_frames
from srlclip.synsitu.sample import WORLD_VERSION, sample_clip
from srlclip.synsitu.world import ClipScript
from srlclip.synsitu.writer import write_clip

#: Pixels of a side, and frames a second; smaller than SynSitu's own clips, since these test paths, not models.
SIZE, FPS = 224, 8
#: When in an event a still is taken, seconds: every action is in full swing.
MIDDLE = 0.55 * SECONDS_PER_EVENT


class Studio:
    """Renders clips. One that was rendered before gets a second name (or a copy)."""

    def __init__(self) -> None:
        self._videos: dict[ClipScript, Path] = {}

    def video(self, script: ClipScript, path: Path) -> None:
        """An mp4 at `path`; one that is there stays, so that a stopped run goes on where it was."""
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            done = self._videos.get(script)
            if done is not None:
                link_or_copy(done, path)
            else:
                write_clip(script, path, SIZE, FPS)
        self._videos.setdefault(script, path)

    def still(self, scripts: Sequence[ClipScript], path: Path) -> None:
        """The first event of each script, side by side, as a JPEG or PNG of SIZE x (SIZE * scripts) pixels."""
        from PIL import Image

        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            return
        picture = np.concatenate([render_frames(script, [MIDDLE], SIZE)[0] for script in scripts], axis=1)
        with replacing(path) as draft:
            Image.fromarray(picture).save(draft, "PNG" if path.suffix == ".png" else "JPEG")


@dataclass
class Folder:
    """root: where the instance goes. clips: how many videos or cases are asked for. seed: of everything that is drawn."""

    root: Path
    clips: int
    seed: int = 0
    studio: Studio = field(default_factory=Studio)

    def start(self, name: str) -> None:
        """Make the folder. Raises ValueError where it holds another instance, or files of another origin."""
        mine = {"benchmark": name, "clips": self.clips, "seed": self.seed, "world": WORLD_VERSION}
        mark = self.root / SYNTHETIC_MARK
        if mark.is_file():
            theirs = json.loads(mark.read_text("utf-8"))
            if theirs != mine:
                raise ValueError(
                    f"{self.root} holds {theirs}, this run would write {mine}; choose another folder or delete it"
                )
            return
        if self.root.is_dir() and any(self.root.iterdir()):
            raise ValueError(f"{self.root} holds other files; choose another folder or delete it")
        self.root.mkdir(parents=True, exist_ok=True)
        write_json(mark, mine, indent=None)

    def dice(self, what: int) -> np.random.Generator:
        """what: any number that tells one use from the others."""
        return np.random.default_rng([self.seed, what])

    def scripts(self, events: int = 2) -> list[ClipScript]:
        """As many scripts as clips are asked for, of the test split, each cut to its first events."""
        drawn = (sample_clip("test", i, self.seed) for i in range(self.clips))
        return [replace(script, events=script.events[:events]) for script in drawn]

    def stream(self) -> Iterator[ClipScript]:
        """Scripts of one event each, without end."""
        index = 0
        while True:
            script = sample_clip("test", index, self.seed)
            yield from (replace(script, events=(event,)) for event in script.events)
            index += 1

    def video(self, script: ClipScript, path: str) -> None:
        self.studio.video(script, self.root / path)

    def still(self, path: str, *scripts: ClipScript) -> None:
        self.studio.still(scripts, self.root / path)

    def json(self, path: str, value: Any) -> None:
        self._parent(path)
        write_json(self.root / path, value, indent=None)

    def lines(self, path: str, lines: Iterable[str], end: str = "\n") -> None:
        self._parent(path)
        with replacing(self.root / path) as draft:
            # Bytes, so that line ends are what they are on every system.
            draft.write_bytes("".join(f"{line}{end}" for line in lines).encode())

    def json_lines(self, path: str, rows: Iterable[Any]) -> None:
        self._parent(path)
        write_text(self.root / path, "".join(f"{json.dumps(row)}\n" for row in rows))

    def _parent(self, path: str) -> None:
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
