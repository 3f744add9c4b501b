"""Write SynSitu to disk: real H.264 files plus annotations in VidSitu's own files. Resumable; workers change nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import numpy as np

from srlclip.data.vidsitu import write_vidsitu
from srlclip.files import replacing, write_json
from srlclip.parallel import spawn_map
from srlclip.situations import SECONDS_PER_EVENT, Situation
from srlclip.synsitu.labels import situation
from srlclip.synsitu.render import render_frames
from srlclip.synsitu.sample import WORLD_VERSION, sample_clip
from srlclip.synsitu.world import VERBS, ClipScript

SIZE, FPS, CRF = 320, 12, 27


def write_clip(script: ClipScript, path: str | Path, size: int = SIZE, fps: int = FPS, crf: int = CRF) -> None:
    """Render a clip to an H.264 mp4 (square, `size` px). The file appears only when it is whole."""
    import av

    path = Path(path)
    count = round(SECONDS_PER_EVENT * len(script.events) * fps)
    # Frame i is shown from i / fps on; its picture is that of the middle of its interval.
    frames = render_frames(script, [(i + 0.5) / fps for i in range(count)], size)
    with (
        replacing(path) as draft,
        av.open(str(draft), "w", format="mp4", options={"movflags": "faststart"}) as container,
    ):
        stream = container.add_stream(
            "libx264", rate=Fraction(fps), options={"crf": str(crf), "preset": "veryfast", "tune": "animation"}
        )
        stream.width = stream.height = size
        stream.pix_fmt = "yuv420p"
        stream.thread_count = 1
        for frame in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), format="rgb24")))
        container.mux(stream.encode())


def _write(job: tuple[str, int, int, str]) -> str:
    split, index, seed, folder = job
    script = sample_clip(split, index, seed)
    path = Path(folder) / f"{script.clip_id}.mp4"
    if not path.exists():
        write_clip(script, path)
    return script.clip_id


def write_split(
    out: str | Path,
    split: str,
    clips: int,
    seed: int = 0,
    workers: int = 1,
    videos: bool = True,
    progress: Callable[[int, int], None] | None = None,
) -> list[Situation]:
    """Write `clips` clips of a split: out/videos/*.mp4 and out/{split_files,vseg_ann_files,vinfo_files}.

    Splits other than "train", "alike" and "pretrain" get three annotators and verb votes. videos=False writes labels only.
    Existing videos are kept, so a stopped run goes on where it was, and so are the labels of more clips than are asked
    for. Raises ValueError for unknown splits, or when `out`
    was written by another version of the world.
    """
    if clips < 1:
        raise ValueError(f"clips is {clips}; it must be 1 or more")
    out = Path(out)
    (out / "videos").mkdir(parents=True, exist_ok=True)
    _check_version(out, seed)
    annotators = 1 if split in ("train", "alike", "pretrain") else 3
    scripts = [sample_clip(split, i, seed) for i in range(clips)]
    situations = [situation(s, out / "videos" / f"{s.clip_id}.mp4", annotators) for s in scripts]
    if videos:
        jobs = [(split, i, seed, str(out / "videos")) for i in range(clips)]
        for done, _ in enumerate(spawn_map(_write, jobs, workers, chunk=4), start=1):
            if progress:
                progress(done, clips)
    if _labelled(out, split) < clips:
        write_vidsitu(out, split, situations, {v.verb_id: f"{v.lemma} ({v.gloss})" for v in VERBS.values()})
    return situations


@contextmanager
def progress_bar(title: str, clips: int) -> Iterator[Callable[[int, int], None]]:
    """A bar on stderr and the callback that moves it: with progress_bar(...) as progress: write_split(..., progress=progress)."""
    from tqdm import tqdm

    with tqdm(total=clips, desc=title, unit="clip") as bar:
        yield lambda done, _: bar.update(done - bar.n)


def _labelled(out: Path, split: str) -> int:
    """How many clips of the split the folder has labels for. vinfo is the last file that a write makes."""
    infos = out / "vinfo_files" / f"vinfo_{split}_lb.json"
    return len(json.loads(infos.read_text("utf-8"))) if infos.is_file() else 0


def _check_version(out: Path, seed: int) -> None:
    """Videos of another world version or seed must not be mixed with this one's labels."""
    path = out / "synsitu.json"
    mine = {"world": WORLD_VERSION, "seed": seed, "size": SIZE, "fps": FPS}
    if not path.exists():
        write_json(path, mine, indent=None)
        return
    theirs = json.loads(path.read_text("utf-8"))
    if theirs != mine:
        raise ValueError(
            f"{out} holds SynSitu {theirs}, this run would write {mine}; choose another folder or delete it"
        )
