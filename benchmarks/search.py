"""Search in galleries of growing size, and index libraries at one: the old way and ours interleaved, medians.

    python benchmarks/search.py --quick                    # under 20 s on two idle cores; nothing is written
    python benchmarks/search.py                            # 1,000 to 100,000 clips, 100,000 vectors: results/speed/search.*
    python benchmarks/search.py --vectors 1000000 --only "usearch HNSW int8" "faiss flat fp16" --clips 1000

The vectors are events of SynSitu clips embedded by a pair (--base, --adapter; the bundled one) and resampled within their
neighbourhoods, lifted to --dim dimensions by an isometry (benchmarks/search_vectors.py); the queries are captions of other
clips. Times are wall-clock and processor time of one query; on a machine that does other work the first is an upper bound.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import search_indexes
from benchmarks.search_vectors import drawn_vectors, effective_dimension, filled, lifted, nearest_cosine, resampled
from srlclip.comparison.gallery import Gallery, rectangular
from srlclip.comparison.joined import with_clips
from srlclip.comparison.loading import load_pair
from srlclip.comparison.ranking import ranks
from srlclip.comparison.search import ranked
from srlclip.files import write_json, write_text
from srlclip.pooling import pooled
from srlclip.provenance import provenance
from srlclip.results import MODELS, Hit

EVENTS, TOP = 5, 10
#: What is measured, in the order of the tables.
WALL, CPU = "wall_ms", "cpu_ms"


class Clock:
    """Wall-clock and processor time of calls by their names, in ms."""

    def __init__(self) -> None:
        self.taken: dict[str, list[tuple[float, float]]] = defaultdict(list)

    def run(self, name: str, call: Callable[[], Any]) -> Any:
        wall, cpu = time.perf_counter(), time.process_time()
        value = call()
        self.taken[name].append((1e3 * (time.perf_counter() - wall), 1e3 * (time.process_time() - cpu)))
        return value

    def medians(self, name: str) -> dict[str, float]:
        return dict(zip((WALL, CPU), map(median, zip(*self.taken[name], strict=True)), strict=True))


def every_hit(gallery: Gallery, vector: np.ndarray) -> dict[str, list[Hit]]:
    """The old way: all scores sorted, and a value for every clip and model."""
    rankings, before = {}, {}
    for model in MODELS:
        every = gallery.events[model] @ vector
        scores, events = every.max(axis=1), every.argmax(axis=1)
        places, hits = ranks(scores), []
        for i in np.argsort(-scores, kind="stable"):
            name, rank = gallery.ids[i], int(places[i])
            hits.append(Hit(name, rank, float(scores[i]), before[name] - rank if before else None, int(events[i])))
        rankings[model], before = hits, {hit.clip_id: hit.rank for hit in hits}
    return rankings


def copied(gallery: Gallery, own: dict[str, np.ndarray]) -> Gallery:
    """The old way of adding a clip: everything laid out anew."""
    events = {m: rectangular([own[m], *gallery.events[m]]) for m in MODELS}
    clips = {m: np.stack([pooled(own[m]), *gallery.clips[m]]) for m in MODELS}
    return Gallery(("own", *gallery.ids), events, clips, gallery.fingerprints)


def measure_gallery(clips: int, vectors: dict[str, np.ndarray], queries: np.ndarray, rounds: int) -> dict[str, Any]:
    """A search for the first TOP and a target's rank, and a clip added, both ways; and that both give the same."""
    events = {m: vectors[m][: clips * EVENTS].reshape(clips, EVENTS, -1) for m in MODELS}
    means = {m: pooled(e) for m, e in events.items()}
    gallery = Gallery(tuple(f"clip{i}" for i in range(clips)), events, means, dict.fromkeys(MODELS, "0"))
    own, clock = {m: e[0] for m, e in events.items()}, Clock()
    differences = 0
    for number in range(rounds):
        vector, target = queries[number % len(queries)], gallery.ids[number % clips]

        def old(vector: np.ndarray = vector, target: str = target) -> list:
            hits = every_hit(gallery, vector)
            return [(hits[m][:TOP], next(h.rank for h in hits[m] if h.clip_id == target)) for m in MODELS]

        def ours(vector: np.ndarray = vector, target: str = target) -> list:
            hits = ranked(gallery, vector)[0]
            return [(hits[m][:TOP], hits[m].ranks_of([target])[0]) for m in MODELS]

        before, now = clock.run("old", old), clock.run("ours", ours)
        for (a, _), (b, _) in zip(before, now, strict=True):
            differences += sum(abs(x.score - y.score) > 1e-5 for x, y in zip(a, b, strict=True))
        if number < max(3, rounds // 4):
            clock.run("copy", lambda: copied(gallery, own))
        clock.run("view", lambda: with_clips(gallery, {"own": own}, True))
    return {"clips": clips, "differences": differences} | {n: clock.medians(n) for n in ("old", "ours", "copy", "view")}


def exact_top(vectors: np.ndarray, queries: np.ndarray) -> np.ndarray:
    """(Q,), the TOP-th best score of each query: what a hit must reach."""
    best = np.full((len(queries), TOP), -np.inf, np.float32)
    for start in range(0, len(vectors), 100_000):
        scores = queries @ vectors[start : start + 100_000].T
        best = np.sort(np.concatenate([best, scores], axis=1), axis=1)[:, -TOP:]
    return best[:, 0]


def measure_indexes(
    vectors: np.ndarray, queries: np.ndarray, chosen: list[str] | None, exact_queries: int
) -> dict[str, Any]:
    """Every installed library (or those chosen): build, size, time of a query with exact re-ranking, recall@TOP."""
    least, clock = exact_top(vectors, queries), Clock()
    rows: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory() as root:
        ready = {}
        for number, (name, (build, depth)) in enumerate(search_indexes.installed().items()):
            if chosen is not None and name not in chosen:
                continue
            folder = Path(root) / str(number)
            folder.mkdir()
            look_up = clock.run(f"build {name}", lambda build=build, folder=folder: build(vectors, folder))
            ready[name] = (look_up, depth)
            built = clock.medians(f"build {name}")
            size = sum(file.stat().st_size for file in folder.iterdir())
            rows[name] = {"build_s": built[WALL] / 1e3, "build_cpu_s": built[CPU] / 1e3, "mib": size / 2**20}
            print(f"built {name} in {rows[name]['build_s']:.0f} s", file=sys.stderr, flush=True)
        recalls: dict[str, list[float]] = defaultdict(list)
        for number, (query, lowest) in enumerate(zip(queries, least, strict=True)):
            if number < exact_queries:
                clock.run("exact fp32", lambda query=query: np.argpartition(-(vectors @ query), TOP)[:TOP])
            for name, (look_up, depth) in ready.items():

                def asked(look_up: Any = look_up, depth: int = depth, query: np.ndarray = query) -> np.ndarray:
                    rows_near = look_up(query, depth or TOP)
                    if not depth:
                        return rows_near
                    return rows_near[np.argsort(-(vectors[rows_near] @ query), kind="stable")[:TOP]]

                hits = clock.run(name, asked)
                recalls[name].append(float((vectors[hits] @ query >= lowest - 1e-6).mean()))
        for name, row in rows.items():
            row |= clock.medians(name) | {"recall": float(np.mean(recalls[name])), "reranked": ready[name][1]}
    exact = {"build_s": 0.0, "build_cpu_s": 0.0, "mib": vectors.nbytes / 2**20, "recall": 1.0, "reranked": 0}
    return {"exact fp32": exact | clock.medians("exact fp32"), **rows}


def table(measured: dict[str, Any]) -> str:
    """The measurement as Markdown."""
    lines = [
        "| clips | old ms (CPU) | ours ms (CPU) | add a clip, copied ms (CPU) | as a view ms (CPU) |",
        "|---|---|---|---|---|",
    ]
    for row in measured["galleries"]:
        old, ours, copy, view = (row[name] for name in ("old", "ours", "copy", "view"))
        lines.append(
            f"| {row['clips']:,} | {old[WALL]:.2f} ({old[CPU]:.2f}) | {ours[WALL]:.2f} ({ours[CPU]:.2f}) "
            f"| {copy[WALL]:.2f} ({copy[CPU]:.2f}) | {view[WALL]:.3f} ({view[CPU]:.3f}) |"
        )
    what = measured["settings"]
    lines += [
        "",
        f"{what['vectors']:,} vectors, {what['dim']} dimensions, recall@{TOP} over {what['queries']} captions:",
        "",
    ]
    lines += ["| index | build s (CPU) | MiB | ms (CPU) | recall | re-ranked |", "|---|---|---|---|---|---|"]
    for name, row in measured["indexes"].items():
        build = f"{row['build_s']:.1f} ({row['build_cpu_s']:.1f})"
        times = f"{row[WALL]:.2f} ({row[CPU]:.2f})"
        lines.append(f"| {name} | {build} | {row['mib']:.0f} | {times} | {row['recall']:.4f} | {row['reranked']} |")
    about = f"Commit {measured['commit']}, {measured['date']}, {measured['machine']}, load {measured['load']:.1f} at the start."
    return "\n".join([*lines, "", about, ""])


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Search in galleries of growing size, and index libraries at one.")
    parser.add_argument("--quick", action="store_true", help="small sizes, nothing written unless --out is given")
    parser.add_argument("--base", help="the pair that embeds the clips (default: the bundled one)")
    parser.add_argument("--adapter")
    parser.add_argument("--clips", type=int, nargs="*", help="gallery sizes (default: 1000 10000 100000)")
    parser.add_argument("--vectors", type=int, help="of the index libraries (default: 100000)")
    parser.add_argument("--dim", type=int, default=512, help="dimensions to lift the vectors to (default: 512)")
    parser.add_argument("--only", nargs="*", metavar="NAME", help=f"of {', '.join(search_indexes.CANDIDATES)}")
    parser.add_argument("--drawn", type=int, help="SynSitu clips that are drawn and embedded (default: 400)")
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--out", help="results file without its ending (default: results/speed/search)")
    args = parser.parse_args(argv)
    clips = args.clips if args.clips is not None else ([200, 2000] if args.quick else [1000, 10_000, 100_000])
    count = args.vectors or (5000 if args.quick else 100_000)
    drawn_clips, asked = args.drawn or (40 if args.quick else 400), 20 if args.quick else 200
    load = os.getloadavg()[0]
    pair, _ = load_pair(args.base, args.adapter, "cpu")
    drawn = drawn_vectors(pair, drawn_clips, asked)
    dim = max(args.dim, pair.embed_dim)
    queries = lifted(drawn.queries, dim)
    most = max(clips, default=0) * EVENTS
    vectors = {m: filled(resampled(drawn.events[m], most, dim), most, dim) for m in MODELS if most}
    galleries = [measure_gallery(size, vectors, queries, args.rounds) for size in clips]
    del vectors
    flat = filled(resampled(drawn.events["adapted"], count, dim), count, dim)
    about = {
        "base": pair.base.name, "drawn_clips": drawn_clips, "vectors": count, "dim": dim, "queries": asked,
        "clips": clips, "rounds": args.rounds,
    }  # fmt: skip
    shape = {
        "effective_dimensions": {"drawn": effective_dimension(drawn.events["adapted"]), "resampled": effective_dimension(flat[:20_000])},
        "nearest_cosine": {
            "drawn": nearest_cosine(drawn.events["adapted"], range(0, len(drawn.events["adapted"]), 10)),
            "resampled": nearest_cosine(flat, range(0, count, max(1, count // 100))),
        },
    }  # fmt: skip
    indexes = measure_indexes(flat, queries, args.only, 10 if count > 200_000 else asked)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    measured = {
        **provenance(about),
        "load": load,
        "peak_rss_bytes": peak,
        "shape": shape,
        "galleries": galleries,
        "indexes": indexes,
    }
    print(table(measured))
    if args.out or not args.quick:
        out = Path(args.out or "results/speed/search")
        out.parent.mkdir(parents=True, exist_ok=True)
        write_json(out.with_suffix(".json"), measured)
        write_text(out.with_suffix(".md"), table(measured))
    return 0


if __name__ == "__main__":
    sys.exit(main())
