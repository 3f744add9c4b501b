"""Index libraries for the search benchmark, each behind the same two functions: build over (N, D), look up one query.

What is measured decides which of them the package offers (srlclip/comparison/index.py); the others are asked for here
alone, and left out where they are not installed: pip install usearch faiss-cpu hnswlib
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path

import numpy as np

#: (Q, D) of one query and how many -> numbers of rows, best first by the index's own (quantised) scores.
LookUp = Callable[[np.ndarray, int], np.ndarray]
#: (vectors (N, D) float32, folder) -> what looks up in the file that it has written and mapped into memory.
Build = Callable[[np.ndarray, Path], LookUp]


def usearch(dtype: str, expansion: int) -> Build:
    """HNSW, 16 links; dtype "f32", "f16" or "i8". expansion: candidates at a look-up."""

    def build(vectors: np.ndarray, folder: Path) -> LookUp:
        from usearch.index import Index

        index = Index(ndim=vectors.shape[1], metric="ip", dtype=dtype, connectivity=16, expansion_add=64)
        keys = np.arange(len(vectors), dtype=np.uint64)
        for start in range(0, len(vectors), 20_000):
            index.add(keys[start : start + 20_000], vectors[start : start + 20_000])
        path = folder / "index"
        index.save(str(path))
        mapped = Index.restore(str(path), view=True)
        mapped.expansion_search = expansion
        return lambda query, k: mapped.search(query, k).keys.astype(np.int64)

    return build


def faiss_ivf(kind: str, probed: float) -> Build:
    """Inverted lists around sqrt(N) * 4 centroids; kind "Flat", "SQfp16" or "SQ8". probed: share of lists read at a look-up:
    many, since a text lies far from all images and its neighbours in several lists."""

    def build(vectors: np.ndarray, folder: Path) -> LookUp:
        import faiss

        lists = max(16, 1 << round(float(np.log2(4 * len(vectors) ** 0.5))))
        index = faiss.index_factory(vectors.shape[1], f"IVF{lists},{kind}", faiss.METRIC_INNER_PRODUCT)
        every = max(1, len(vectors) // (40 * lists))
        faiss.extract_index_ivf(index).cp.niter = 6
        index.train(np.ascontiguousarray(vectors[::every]))
        for start in range(0, len(vectors), 50_000):
            index.add(vectors[start : start + 50_000])
        path = folder / "index"
        faiss.write_index(index, str(path))
        mapped = faiss.read_index(str(path), faiss.IO_FLAG_MMAP)
        faiss.extract_index_ivf(mapped).nprobe = max(1, round(probed * lists))
        return lambda query, k: mapped.search(query[None], k)[1][0]

    return build


def faiss_flat(kind: str) -> Build:
    """Every vector compared, as float16."""

    def build(vectors: np.ndarray, folder: Path) -> LookUp:
        import faiss

        index = faiss.index_factory(vectors.shape[1], kind, faiss.METRIC_INNER_PRODUCT)
        index.train(vectors[:10_000])
        index.add(vectors)
        faiss.write_index(index, str(folder / "index"))
        return lambda query, k: index.search(query[None], k)[1][0]

    return build


def hnswlib(expansion: int) -> Build:
    """HNSW, 16 links, float32; read whole into memory, which it cannot map."""

    def build(vectors: np.ndarray, folder: Path) -> LookUp:
        import hnswlib as library

        index = library.Index(space="ip", dim=vectors.shape[1])
        index.init_index(max_elements=len(vectors), ef_construction=64, M=16)
        index.add_items(vectors)
        index.save_index(str(folder / "index"))
        index.set_ef(expansion)
        return lambda query, k: index.knn_query(query, k)[0][0].astype(np.int64)

    return build


#: name -> (library, build, candidates re-ranked exactly for a top 10; 0: none).
CANDIDATES: dict[str, tuple[str, Build, int]] = {
    "faiss IVF fp16": ("faiss", faiss_ivf("SQfp16", 0.06), 40),
    "faiss IVF int8": ("faiss", faiss_ivf("SQ8", 0.06), 40),
    "faiss flat fp16": ("faiss", faiss_flat("SQfp16"), 0),
    "usearch HNSW fp16": ("usearch", usearch("f16", 512), 40),
    "usearch HNSW int8": ("usearch", usearch("i8", 512), 40),
    "hnswlib HNSW fp32": ("hnswlib", hnswlib(512), 0),
}


def installed() -> dict[str, tuple[Build, int]]:
    return {
        name: (build, again)
        for name, (library, build, again) in CANDIDATES.items()
        if importlib.util.find_spec(library) is not None
    }
