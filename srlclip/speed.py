"""How fast a pair computes: the precision of its weights and the number of threads. One home for flags and defaults.

Exact float32 is the default everywhere. bfloat16 is the fast mode of processors that multiply it (AVX-512 BF16, AMX) and of
most GPUs. Threads are chosen by what the machine has left: more threads than free cores wait for each other.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

#: What may be asked for. "auto" is bf16 where the device multiplies it in hardware, else fp32.
PRECISIONS = ("fp32", "bf16", "auto")
EXACT, FAST = PRECISIONS[:2]
#: Set by whoever started the process; they know better than a look at the load.
_CHOSEN_OUTSIDE = ("OMP_NUM_THREADS", "MKL_NUM_THREADS")
_QUOTA = Path("/sys/fs/cgroup/cpu.max")


def add_options(parser: argparse.ArgumentParser) -> None:
    """--precision and --threads, of every command that loads a pair."""
    parser.add_argument(
        "--precision",
        default=EXACT,
        choices=PRECISIONS,
        help="of the models' weights: fp32 is exact (default), bf16 about twice as fast where the processor has it, auto "
        "takes bf16 there and fp32 elsewhere",
    )
    parser.add_argument(
        "--threads",
        type=int,
        metavar="N",
        help="processor threads for the models (default: OMP_NUM_THREADS, else the cores that are free at the start)",
    )


def precision_of(wanted: str, device: str | torch.device = "cpu") -> str:
    """EXACT or FAST for one of PRECISIONS. Raises ValueError for another name."""
    if wanted not in PRECISIONS:
        raise ValueError(f"precision is {wanted!r}; allowed: {', '.join(PRECISIONS)}")
    return (FAST if multiplies_bf16(device) else EXACT) if wanted == "auto" else wanted


def multiplies_bf16(device: str | torch.device) -> bool:
    """Whether the device multiplies bfloat16 in hardware; emulated, it is slower than float32."""
    import torch

    kind = torch.device(device).type
    if kind == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    if kind != "cpu":
        return False
    able = torch.cpu.get_capabilities()
    return bool(able.get("avx512_bf16") or able.get("amx_bf16"))


def use_threads(wanted: int | None = None) -> int:
    """Set and return this process's number of computing threads: `wanted`, else free_cores. ValueError below 1."""
    import torch

    if wanted is not None and wanted < 1:
        raise ValueError(f"threads is {wanted}; it must be 1 or more")
    if wanted is None and any(os.environ.get(name) for name in _CHOSEN_OUTSIDE):
        return torch.get_num_threads()
    torch.set_num_threads(free_cores(cores(), _load()) if wanted is None else wanted)
    return torch.get_num_threads()


def free_cores(count: int, load: float) -> int:
    """How many of `count` cores a `load` of that many running programs leaves free: 1 at least."""
    return max(1, min(count, round(count - load)))


def cores() -> int:
    """Cores that this process may use: by its affinity, and by the quota of its container where there is one."""
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota, period = _QUOTA.read_text("ascii").split()
        return max(1, min(allowed, int(quota) // int(period)))
    except (OSError, ValueError):  # no such file, or "max": no quota
        return allowed


def _load() -> float:
    """Programs that ran or waited over the last minute, on average; 0 where the system does not say."""
    try:
        return os.getloadavg()[0]
    except (AttributeError, OSError):
        return 0.0
