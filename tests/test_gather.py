"""Two processes see the same loss and gradients as one on the same global batch."""

import os
import subprocess
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file

HERE = Path(__file__).parent


def launch(out: Path, ranks: int) -> dict[str, torch.Tensor]:
    command = [sys.executable, "-m", "torch.distributed.run", f"--nproc_per_node={ranks}", "--standalone"]
    script = [str(HERE / "two_ranks.py"), str(out)]
    paths = os.pathsep.join([str(HERE.parent), os.environ.get("PYTHONPATH", "")])
    env = os.environ | {"PYTHONPATH": paths, "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
    whole = [sys.executable, *script] if ranks == 1 else [*command, *script]
    done = subprocess.run(whole, env=env, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-3000:]
    return load_file(out)


def test_two_ranks_equal_one(tmp_path):
    one, two = launch(tmp_path / "one.safetensors", 1), launch(tmp_path / "two.safetensors", 2)
    assert (int(one.pop("ranks")), int(two.pop("ranks"))) == (1, 2)
    for name, value in one.items():
        assert torch.allclose(value, two[name], atol=1e-5), name
