"""Two processes see the same loss and gradients as one on the same global batch."""

import os
import subprocess
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file

HERE = Path(__file__).parent


def launch(out: Path, ranks: int, *cases: str) -> None:
    command = [sys.executable, "-m", "torch.distributed.run", f"--nproc_per_node={ranks}", "--standalone"]
    script = [str(HERE / "two_ranks.py"), str(out), *cases]
    paths = os.pathsep.join([str(HERE.parent), os.environ.get("PYTHONPATH", "")])
    env = os.environ | {"PYTHONPATH": paths, "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
    whole = [sys.executable, *script] if ranks == 1 else [*command, *script]
    done = subprocess.run(whole, env=env, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-3000:]


def test_two_ranks_equal_one_whatever_each_brings(tmp_path):
    """Four clips as 2 + 2, 3 + 1 and 4 + 0 (that rank computes a stand-in which counts for nothing)."""
    cases = ("2,2", "3,1", "4,0")
    launch(tmp_path, 1, "4")
    launch(tmp_path, 2, *cases)
    one = load_file(tmp_path / "4.safetensors")
    assert int(one.pop("ranks")) == 1
    for case in cases:
        two = load_file(tmp_path / f"{case}.safetensors")
        assert int(two.pop("ranks")) == 2
        for name, value in one.items():
            assert torch.allclose(value, two[name], atol=1e-5), (case, name)
