"""Threads and precision are chosen by what the machine has."""

import pytest
import torch

from srlclip import speed


@pytest.mark.parametrize(
    "cores, load, threads", [(2, 0.1, 2), (2, 1.0, 1), (2, 7.5, 1), (16, 0.3, 16), (16, 12.2, 4), (1, 0.0, 1)]
)
def test_a_busy_machine_gets_fewer_threads(cores, load, threads):
    assert speed.free_cores(cores, load) == threads


def test_threads_are_those_asked_for_else_chosen_outside_else_free(monkeypatch):
    before = torch.get_num_threads()
    try:
        monkeypatch.setenv("OMP_NUM_THREADS", "1")
        torch.set_num_threads(1)
        monkeypatch.setattr(speed, "cores", lambda: 4)
        monkeypatch.setattr(speed, "_load", lambda: 1.1)
        assert speed.use_threads() == 1, "as the environment says"
        assert speed.use_threads(2) == 2
        monkeypatch.delenv("OMP_NUM_THREADS")
        monkeypatch.delenv("MKL_NUM_THREADS", raising=False)
        assert speed.use_threads() == 3
        with pytest.raises(ValueError, match="threads is 0; it must be 1 or more"):
            speed.use_threads(0)
    finally:
        torch.set_num_threads(before)


def test_a_containers_quota_counts(monkeypatch, tmp_path):
    monkeypatch.setattr(speed, "_QUOTA", tmp_path / "cpu.max")
    assert (free := speed.cores()) >= 1
    (tmp_path / "cpu.max").write_text("max 100000\n")
    assert speed.cores() == free
    (tmp_path / "cpu.max").write_text("100000 100000\n")
    assert speed.cores() == 1


def test_auto_is_exact_where_bfloat16_is_not_multiplied(monkeypatch):
    for able, wanted in (({}, "fp32"), ({"avx512_bf16": True}, "bf16"), ({"amx_bf16": True}, "bf16")):
        monkeypatch.setattr(torch.cpu, "get_capabilities", lambda able=able: able)
        assert speed.precision_of("auto") == wanted
    assert speed.precision_of("auto", "mps") == "fp32"
    with pytest.raises(ValueError, match="precision is 'half'; allowed"):
        speed.precision_of("half")
