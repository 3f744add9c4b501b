"""Every benchmark from its own files to its figures on an instance drawn from SynSitu, with the bundled pair; and one
instance of each kind with a ViT-B/32 as large as OpenAI's."""

import json

import numpy as np
import pytest

from benchmarks.random_clip import save_random_clip
from srlclip.cli.main import main
from srlclip.comparison.loading import load_pair
from srlclip.config import ContextualizerSettings, LoraSettings
from srlclip.evaluation.benchmarks.run import RunSettings, read, run
from srlclip.evaluation.benchmarks.spec import spec_of, specs
from srlclip.models.checkpoints import quiet_loading
from srlclip.models.srlclip import SRLCLIP
from srlclip.synsitu.benchmark_files.folder import Studio
from srlclip.synsitu.benchmark_files.table import WRITERS, make

CLIPS = 3
WITH_MODELS = [name for name, spec in specs().items() if spec.needs_pair]


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return tmp_path_factory.mktemp("instances")


@pytest.fixture(scope="module")
def studio():
    return Studio()


@pytest.fixture(scope="module")
def instance(root, studio):
    """name -> folder of an instance."""
    return lambda name: make(name, root / name, CLIPS, 0, studio)


@pytest.fixture(scope="module")
def bundled():
    quiet_loading()
    return load_pair(None, None, "cpu")[0]


def test_every_benchmark_has_an_instance():
    assert set(specs()) == set(WRITERS)


@pytest.mark.parametrize("name", WITH_MODELS)
def test_an_instance_runs_from_its_files_to_its_figures(name, instance, root, bundled):
    spec = spec_of(name)
    settings = RunSettings(frames=2, partial=True, resamples=20)
    result = run(spec, instance(name), bundled, root / "cache", settings)
    assert not result.failures
    assert result.present == result.media >= 2, "a name of the annotations leads to no file"
    assert any(result.counts.values())
    metrics = {row: values for row, values in result.table.items() if "reason" not in values}
    assert metrics, "nothing was measured"
    for values in metrics.values():
        assert np.isfinite([values["base"]["mean"], values["adapted"]["mean"]]).all()
    assert spec.main in result.table
    assert result.rows


def test_a_wrong_count_is_refused_without_partial(instance):
    from srlclip.situations import DataError

    with pytest.raises(DataError, match=r"3 .*official files of .* hold .*--partial"):
        read(spec_of("msrvtt-1ka"), instance("msrvtt-1ka"))


def test_dense_captions_are_scored_from_the_predictions_file(instance, capsys):
    folder = instance("activitynet-dense")
    code = main(
        ["benchmark", "activitynet-dense", "--data", str(folder), "--partial", "--no-java", "--json", "--resamples", "20",
         "--predictions", str(folder / "predictions.json")]
    )  # fmt: skip
    assert code == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["videos"] == CLIPS
    assert facts["files"]["predictions"]["without a prediction"] == 1


def test_make_prints_the_command_that_runs_it(tmp_path, capsys):
    assert main(["benchmark", "make", "winoground", "--out", str(tmp_path / "w"), "--clips", "2"]) == 0
    assert capsys.readouterr().out == f"python -m srlclip benchmark winoground --data {tmp_path / 'w'} --partial\n"
    assert main(["benchmark", "make", "imagenet", "--out", str(tmp_path / "x")]) == 2
    assert "no instance of 'imagenet' can be drawn" in capsys.readouterr().err


@pytest.fixture(scope="module")
def full_size(tmp_path_factory):
    """A ViT-B/32 as large as OpenAI's, with random weights, and an adapter of it."""
    folder = tmp_path_factory.mktemp("vit")
    base = save_random_clip(folder / "vit-b-32", "vit-b-32", ["a man in red pushes a box to the left in a park"])
    adapter = folder / "adapter"
    SRLCLIP.create(base, LoraSettings(), ContextualizerSettings(layers=1)).save(adapter, {"trained_on": "nothing"})
    return load_pair(str(base), str(adapter), "cpu")[0]


@pytest.mark.parametrize("name", ["msrvtt-1ka", "aro-relation", "winoground", "ucf101", "synsitu-time", "half-truths"])
def test_a_full_size_model_takes_the_same_path(name, root, studio, full_size):
    """LoRA at its start changes nothing: both models must agree in every figure."""
    assert full_size.embed_dim == 512
    folder = make(name, root / f"{name}-full", 2, 0, studio)
    settings = RunSettings(frames=2, partial=True, resamples=5)
    result = run(spec_of(name), folder, full_size, root / "cache-full", settings)
    assert result.present == result.media and not result.failures
    for values in result.table.values():
        if "reason" not in values:
            assert values["adapted"]["mean"] == pytest.approx(values["base"]["mean"], abs=1e-3)
