"""A killed run goes on to the same parameters; what would change them is refused; two ranks train as one."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from tiny_models import tiny_config

from training import train
from training.runs.checkpoint import KEEP, Checkpoints

ROOT = Path(__file__).parents[2]
WEIGHTS = ("adapter/adapter_model.safetensors", "contextualizer.safetensors")


def settings(folder: Path, tiny_clip: Path, world: Path, out: Path, **changes: object) -> Path:
    values = {"optim": {"epochs": 16, "accumulate": 1, **changes.pop("optim", {})}, "checkpoint_every": 1, **changes}
    return tiny_config(folder, tiny_clip, world, out, **values)


def start(config: Path, ranks: int = 1) -> subprocess.Popen:
    env = os.environ | {"OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": "", "PYTHONPATH": str(ROOT)}
    launch = ["-m", "torch.distributed.run", f"--nproc_per_node={ranks}", "--standalone"] if ranks > 1 else []
    command = [sys.executable, *launch, str(ROOT / "training" / "train.py"), "--config", str(config)]
    return subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def rows(run: Path) -> list[dict]:
    return [json.loads(line) for line in (run / "log.jsonl").read_text().splitlines()]


def without_time(run: Path) -> list[dict]:
    return [{k: v for k, v in row.items() if k != "seconds"} for row in rows(run)]


def kill_at(process: subprocess.Popen, run: Path, step: int) -> None:
    """SIGKILL as soon as the log holds this step."""
    deadline = time.time() + 120
    while process.poll() is None and time.time() < deadline:
        log = run / "log.jsonl"
        if log.exists() and f'"step": {step},' in log.read_text():
            process.send_signal(signal.SIGKILL)
            break
        time.sleep(0.002)
    process.wait(60)
    assert process.returncode == -signal.SIGKILL, process.stdout.read()[-3000:]


@pytest.fixture
def one_thread():
    """As in the processes of `start`: sums over other numbers of threads differ in their last bits."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def test_a_run_killed_twice_ends_with_the_same_parameters_and_log(one_thread, tiny_clip, world, tmp_path):
    whole = settings(tmp_path, tiny_clip, world, tmp_path / "whole", optim={"accumulate": 2, "batch_clips": 2})
    assert train.main(["--config", str(whole)]) == 0
    broken = settings(tmp_path, tiny_clip, world, tmp_path / "broken", optim={"accumulate": 2, "batch_clips": 2})
    for step in (5, 20):
        kill_at(start(broken), tmp_path / "broken", step)
    assert not (tmp_path / "broken" / "run.json").exists()
    assert Checkpoints(tmp_path / "broken").newest() is not None
    assert train.main(["--config", str(broken)]) == 0
    for name in WEIGHTS:
        assert (tmp_path / "whole" / "model" / name).read_bytes() == (tmp_path / "broken" / "model" / name).read_bytes()
    assert without_time(tmp_path / "whole") == without_time(tmp_path / "broken")
    seconds = [row["seconds"] for row in rows(tmp_path / "broken")]
    assert seconds == sorted(seconds)
    assert not (tmp_path / "broken" / "checkpoints").exists()


def stopped(config: Path, monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    """Run until `after` steps are taken, then fail."""
    take = train.Trainer._take_step

    def failing(self, window):
        if self.step == after:
            raise KeyboardInterrupt
        return take(self, window)

    with monkeypatch.context() as patch:
        patch.setattr(train.Trainer, "_take_step", failing)
        with pytest.raises(KeyboardInterrupt):
            train.main(["--config", str(config)])


def test_a_loss_that_is_read_every_few_steps_is_the_same(tiny_clip, world, tmp_path, monkeypatch, one_thread):
    """As on a GPU, where reading it waits for the device: the same log, in order, and a checkpoint never ahead of it."""
    once, few = tmp_path / "once", tmp_path / "few"
    less_often = {"optim": {"epochs": 3}, "checkpoint_every": 4}
    assert train.main(["--config", str(settings(tmp_path, tiny_clip, world, once, **less_often))]) == 0
    monkeypatch.setattr(train, "read_every", lambda device: 3)
    config = settings(tmp_path, tiny_clip, world, few, **less_often)
    stopped(config, monkeypatch, after=5)
    held = max(int(path.stem.split("-")[1]) for path in (few / "checkpoints").glob("*.safetensors"))
    assert max(row["step"] for row in rows(few)) >= held > 0
    assert train.main(["--config", str(config)]) == 0
    assert without_time(few) == without_time(once)
    for name in WEIGHTS:
        a, b = (load_file(run / "model" / name) for run in (once, few))
        assert all(torch.equal(a[key], b[key]) for key in a)


@pytest.mark.parametrize("before, after", [(None, True), (True, None)])
def test_a_run_goes_on_with_the_optimiser_of_its_device(tmp_path, before, after):
    """The fused one of a GPU reads what a CPU's has written, and the other way round."""

    def made(fused):
        weight = torch.nn.Parameter(torch.linspace(-1, 1, 8))
        return weight, torch.optim.AdamW([weight], lr=0.1, fused=fused)

    def step(weight, optimiser):
        optimiser.zero_grad()
        (weight**2).sum().backward()
        optimiser.step()

    weight, optimiser = made(before)
    step(weight, optimiser)
    Checkpoints(tmp_path).save(1, [weight], optimiser, {})
    step(weight, optimiser)
    other, resumed = made(after)
    path, _ = Checkpoints(tmp_path).newest()
    Checkpoints.restore(path, [other], resumed)
    assert resumed.param_groups[0]["fused"] is after
    step(other, resumed)
    torch.testing.assert_close(other, weight, atol=1e-6, rtol=0)


def test_a_rate_of_the_contextualizers_own_is_resumed(tiny_clip, world, tmp_path, monkeypatch):
    own = {"epochs": 2, "contextualizer_rate": 3.0, "warmup_steps": 3}
    whole, broken = (settings(tmp_path, tiny_clip, world, tmp_path / n, optim=own) for n in ("whole", "broken"))
    assert train.main(["--config", str(whole)]) == 0
    stopped(broken, monkeypatch, 2)
    assert train.main(["--config", str(broken)]) == 0
    for name in WEIGHTS:
        assert (tmp_path / "whole" / "model" / name).read_bytes() == (tmp_path / "broken" / "model" / name).read_bytes()


def test_a_changed_setting_or_changed_data_is_refused_by_name_and_nothing_is_lost(
    tiny_clip, world, tmp_path, monkeypatch, capsys
):
    run = tmp_path / "run"
    config = settings(tmp_path, tiny_clip, world, run, optim={"epochs": 2})
    stopped(config, monkeypatch, 3)
    kept = {p: p.read_bytes() for p in run.rglob("*") if p.is_file() and "trackers" not in p.parts}
    for override, words in (
        ("optim.learning_rate=0.1", "another optim.learning_rate (0.01, now 0.1)"),
        ("data.caption_style=natural", "another data.caption_style ('srl', now 'natural')"),
        ("seed=3", "another seed (0, now 3)"),
    ):
        assert train.main(["--config", str(config), "--set", override]) == 2
        assert words in capsys.readouterr().err
    read = train.load_split
    with monkeypatch.context() as patch:
        patch.setattr(train, "load_split", lambda d, split, clips: read(d, split, min(clips, 5)))
        assert train.main(["--config", str(config)]) == 2
    assert "other data (6 clips, now 5)" in capsys.readouterr().err
    assert kept == {p: p.read_bytes() for p in run.rglob("*") if p.is_file() and "trackers" not in p.parts}
    # What touches no result may change.
    again = ["--config", str(config), "--set", "data.workers=2", "--set", "checkpoint_every=7", "--set", "trackers="]
    assert train.main(again) == 0
    assert "resumed at step 3" in capsys.readouterr().out


def test_a_finished_run_is_not_run_again(tiny_run, tiny_clip, world, capsys):
    before = {p: p.stat().st_mtime_ns for p in tiny_run.rglob("*")}
    metrics = json.loads((tiny_run / "metrics.json").read_text())
    found = train.train(train.load_json(train.TrainSettings, tiny_run / "config.json"))
    assert found == metrics and "finished" in capsys.readouterr().out
    assert before == {p: p.stat().st_mtime_ns for p in tiny_run.rglob("*")}


def test_the_newest_whole_checkpoint_is_found(tmp_path):
    weight = torch.nn.Parameter(torch.ones(3))
    optimiser = torch.optim.AdamW([weight], lr=0.1)
    points = Checkpoints(tmp_path)
    assert points.newest() is None
    for step in (1, 2, 3):
        weight.sum().backward()
        optimiser.step()
        points.save(step, [weight], optimiser, {"data": "x"})
    files = sorted((tmp_path / "checkpoints").iterdir())
    assert [f.name for f in files] == ["step-00000002.safetensors", "step-00000003.safetensors"] and KEEP == 2
    (tmp_path / "checkpoints" / ".step-00000004.safetensors.1.00000000.part").write_bytes(b"killed while writing")
    assert points.newest()[1]["step"] == 3
    files[1].write_bytes(files[1].read_bytes()[:-4])
    path, facts = points.newest()
    assert path == files[0] and facts == {"data": "x", "step": 2}
    other = torch.nn.Parameter(torch.zeros(3))
    fresh = torch.optim.AdamW([other], lr=0.1)
    points.restore(path, [other], fresh)
    state = fresh.state_dict()["state"][0]
    assert float(state["step"]) == 2 and state["exp_avg"].shape == (3,)
    with pytest.raises(train.CheckpointError, match="does not fit this run"):
        points.restore(path, [torch.nn.Parameter(torch.zeros(4))], fresh)
    points.clear()
    assert not (tmp_path / "checkpoints").exists()


@pytest.mark.parametrize("text", ["frozen", "lora"])
def test_two_ranks_train_as_one(tiny_clip, world, tmp_path, text):
    """Five clips in batches of three: shares of two and one, then of one each. No dropout, whose draws differ by rank."""
    logs, weights = [], []
    for ranks in (1, 2):
        out = tmp_path / f"ranks{ranks}"
        config = settings(
            tmp_path, tiny_clip, world, out, optim={"epochs": 2}, tuning={"text": text}, trackers="",
            data={"clips": 5, "cache": str(tmp_path / f"cache{ranks}")},
            contextualizer={"layers": 1, "heads": 4, "dropout": 0.0},
        )  # fmt: skip
        if ranks == 1:
            assert train.main(["--config", str(config)]) == 0
        else:
            process = start(config, ranks)
            output, _ = process.communicate(timeout=240)
            assert process.returncode == 0, output[-3000:]
        assert json.loads((out / "run.json").read_text())["processes"] == ranks
        logs.append(without_time(out))
        weights.append(load_file(out / "model" / WEIGHTS[0]))
    assert len(logs[0]) == len(logs[1]) == 7  # validation before, after each epoch; two steps each
    for one, two in zip(*logs, strict=True):
        assert one.keys() == two.keys()
        for name in one:
            assert one[name] == pytest.approx(two[name], abs=1e-4), name
    for name, value in weights[0].items():
        torch.testing.assert_close(value, weights[1][name], atol=2e-3, rtol=0)
