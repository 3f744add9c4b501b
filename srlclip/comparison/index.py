"""An index over a gallery's events for galleries too large to compare with every one: nearest events under either model.

HNSW graphs of usearch (pip install .[index]), chosen by measurement: docs/performance.md. Vectors lie in the graph as
int8 or float16, mapped into memory; what it proposes is scored exactly by indexed_ranking.py. numpy only besides.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from srlclip.comparison.gallery import Gallery
from srlclip.files import replacing, write_json
from srlclip.progress import Progress
from srlclip.situations import DataError, SrlClipError

if TYPE_CHECKING:
    from usearch.index import Index

FORMAT, CARD = 1, "index.json"
#: Kinds of numbers that a graph keeps, in usearch's words.
PRECISIONS = ("i8", "f16")
#: Links per vector, candidates while it is added, candidates at a look-up (Malkov and Yashunin 2018: M, efConstruction, ef).
LINKS, ADDING, LOOKING = 16, 64, 512
#: Clips whose events are added between two reports of progress.
_BLOCK = 4096


class MissingIndexLibrary(SrlClipError):
    """usearch is not installed."""


def _library() -> type[Index]:
    try:
        from usearch.index import Index
    except ImportError as error:
        raise MissingIndexLibrary(
            "an index needs usearch; install it with: pip install 'srlclip[index]', or search without --index"
        ) from error
    return Index


@dataclass(frozen=True)
class Entry:
    """A clip of an index. number: its events have the keys number * 65536 + event; digest: of its vectors."""

    number: int
    clip_id: str
    digest: int


def _digest(gallery: Gallery, place: int) -> int:
    value = 0
    for vectors in gallery.event_vectors(place).values():
        value = zlib.crc32(np.ascontiguousarray(vectors), value)
    return value


class EventIndex:
    """The nearest events of a gallery. Made by `kept_index`."""

    def __init__(self, graphs: Mapping[str, Index], entries: Sequence[Entry], gallery: Gallery):
        self._graphs = graphs
        numbers = max((entry.number for entry in entries), default=-1) + 1
        self._places = np.full(numbers, -1, np.int64)
        for entry in entries:
            place = gallery.place(entry.clip_id)
            self._places[entry.number] = -1 if place is None else place

    def nearest(self, model: str, vector: np.ndarray, count: int) -> np.ndarray:
        """Places of about `count` clips or more (of all, if there are fewer) with the events nearest to vector (D,)."""
        graph = self._graphs[model]
        wanted = min(count, int((self._places >= 0).sum()))
        depth = 4 * count  # events: several of them are one clip's
        while True:
            keys = graph.search(vector.astype(np.float32), min(depth, len(graph))).keys.astype(np.int64)
            places = np.unique(self._places[keys >> 16])
            if len(places) >= wanted or depth >= len(graph):
                return places[places >= 0]
            depth *= 4


def kept_index(
    gallery: Gallery, folder: str | Path, precision: str = "i8", progress: Progress | None = None
) -> EventIndex:
    """The index of a gallery that is kept in a folder: opened, brought up to date with the clips that have come, gone or
    changed, or built. Raises DataError for one of other models or precision, or a broken one; MissingIndexLibrary."""
    if precision not in PRECISIONS:
        raise ValueError(f"the index's precision is {precision!r}; allowed: {', '.join(PRECISIONS)}")
    folder = Path(folder)
    known = _read(folder, gallery, precision) if (folder / CARD).is_file() else ()
    digests = {clip: _digest(gallery, place) for place, clip in enumerate(gallery.ids)}
    stays = [entry for entry in known if digests.get(entry.clip_id) == entry.digest]
    names = {entry.clip_id for entry in stays}
    new = [clip for clip in gallery.ids if clip not in names]
    if known and not new and len(stays) == len(known):
        return EventIndex(_open(folder, gallery, mapped=True), stays, gallery)
    graphs = _open(folder, gallery, mapped=False) if known else _empty(gallery, precision)
    _remove(graphs, sorted({entry.number for entry in known} - {entry.number for entry in stays}))
    first = max((entry.number for entry in known), default=-1) + 1
    added = [Entry(first + i, clip, digests[clip]) for i, clip in enumerate(new)]
    _add(graphs, added, gallery, progress)
    _write(folder, graphs, [*stays, *added], gallery, precision)
    return EventIndex(_open(folder, gallery, mapped=True), [*stays, *added], gallery)


def _empty(gallery: Gallery, precision: str) -> dict[str, Index]:
    make = _library()
    return {
        model: make(
            ndim=events.shape[-1], metric="ip", dtype=precision, connectivity=LINKS, expansion_add=ADDING,
            expansion_search=LOOKING,
        )
        for model, events in gallery.events.items()
    }  # fmt: skip


def _add(graphs: Mapping[str, Index], entries: Sequence[Entry], gallery: Gallery, progress: Progress | None) -> None:
    for start in range(0, len(entries), _BLOCK):
        block = entries[start : start + _BLOCK]
        vectors = [gallery.event_vectors(gallery.place(entry.clip_id)) for entry in block]  # type: ignore[arg-type]
        keys = np.concatenate(
            [
                (entry.number << 16) + np.arange(len(each[gallery.models[0]]), dtype=np.uint64)
                for entry, each in zip(block, vectors, strict=True)
            ]
        )
        for model, graph in graphs.items():
            graph.add(keys, np.concatenate([each[model] for each in vectors]))
        if progress:
            progress((start + len(block)) / len(entries), f"indexing clip {start + len(block):,} of {len(entries):,}")


def _remove(graphs: Mapping[str, Index], numbers: Sequence[int]) -> None:
    wanted = np.array(numbers, np.uint64)
    for graph in graphs.values():
        keys = np.fromiter(graph.keys, np.uint64, len(graph)) if len(wanted) else wanted
        if len(old := keys[np.isin(keys >> np.uint64(16), wanted)]):
            graph.remove(old)


def _write(
    folder: Path, graphs: Mapping[str, Index], entries: Sequence[Entry], gallery: Gallery, precision: str
) -> None:
    """Every graph, then the card that says what they hold: without it a folder is no index."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / CARD).unlink(missing_ok=True)
    for model, graph in graphs.items():
        with replacing(folder / f"{model}.usearch") as draft:
            graph.save(str(draft))
    card = {
        "format": FORMAT,
        "precision": precision,
        "fingerprints": dict(gallery.fingerprints),
        "clips": [[entry.number, entry.clip_id, entry.digest] for entry in entries],
    }
    write_json(folder / CARD, card)


def _read(folder: Path, gallery: Gallery, precision: str) -> tuple[Entry, ...]:
    path = folder / CARD
    try:
        card = json.loads(path.read_text("utf-8"))
        if card["format"] != FORMAT:
            raise ValueError(f"format {card['format']!r}, this version reads {FORMAT}")
        entries = tuple(Entry(int(number), str(clip), int(digest)) for number, clip, digest in card["clips"])
        same = card["fingerprints"] == dict(gallery.fingerprints) and card["precision"] == precision
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise DataError(f"not a complete index ({error}); delete the folder to build it again", file=path) from error
    if not same:
        raise DataError(
            "an index of other weights or another precision; give another folder, or delete this one", file=path
        )
    return entries


def _open(folder: Path, gallery: Gallery, mapped: bool) -> dict[str, Index]:
    graphs = {}
    for model in gallery.models:
        path = folder / f"{model}.usearch"
        try:
            graph = _library().restore(str(path), view=mapped)
            if graph is None:
                raise ValueError("no index file")
        except (OSError, RuntimeError, ValueError) as error:
            raise DataError(f"cannot be read ({error}); delete the folder to build it again", file=path) from error
        graph.expansion_add, graph.expansion_search = ADDING, LOOKING
        graphs[model] = graph
    return graphs
