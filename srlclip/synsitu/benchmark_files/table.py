"""Benchmark -> who writes an instance of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from srlclip.synsitu.benchmark_files import actions, clips, dense, labelled, pairs, retrieval, stills
from srlclip.synsitu.benchmark_files.folder import Folder, Studio

WRITERS: dict[str, Callable[[Folder], None]] = {
    "activitynet": retrieval.activitynet,
    "activitynet-dense": dense.activitynet_dense,
    "aro-attribution": stills.aro_attribution,
    "aro-coco-order": stills.aro_coco_order,
    "aro-flickr-order": stills.aro_flickr_order,
    "aro-relation": stills.aro_relation,
    "didemo": retrieval.didemo,
    "half-truths": labelled.labelled,
    "hmdb51": actions.hmdb51,
    "kinetics400": actions.kinetics,
    "kinetics600": actions.kinetics,
    "kinetics600-zs": actions.kinetics600_zs,
    "kinetics700": actions.kinetics,
    "lsmdc": retrieval.lsmdc,
    "msrvtt-1ka": retrieval.msrvtt_1ka,
    "msrvtt-full": retrieval.msrvtt_full,
    "msvd": retrieval.msvd,
    "ssv2": actions.ssv2,
    "sugarcrepe": stills.sugarcrepe,
    "sugarcrepe-pp": stills.sugarcrepe_pp,
    "synsitu-time": labelled.labelled,
    "ucf101": actions.ucf101,
    "vatex": retrieval.vatex,
    "velociti": clips.velociti,
    "video-captions": retrieval.video_captions,
    "videocomp": clips.videocomp,
    "videocomp-youcook2": clips.videocomp_youcook2,
    "vinoground": pairs.vinoground,
    "vinoground-time": pairs.vinoground,
    "vitatecs": clips.vitatecs,
    "winoground": pairs.winoground,
}


def make(name: str, out: str | Path, clips: int = 6, seed: int = 0, studio: Studio | None = None) -> Path:
    """Write an instance of a benchmark. clips: how many videos, or cases of each file. studio: share one between instances
    and the clips that they have in common are rendered once.

    Returns the folder. Raises ValueError for an unknown name, fewer than two clips, or a folder that holds something else.
    """
    if name not in WRITERS:
        raise ValueError(f"no instance of {name!r} can be drawn; allowed: {', '.join(WRITERS)}, all")
    if clips < 2:
        raise ValueError(f"clips is {clips}; it must be 2 or more, since a query needs something to be told from")
    folder = Folder(Path(out), clips, seed, studio or Studio())
    folder.start(name)
    WRITERS[name](folder)
    return folder.root
