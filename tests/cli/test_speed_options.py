"""--precision and --threads on the command line and in the app's flags."""

import json

import pytest
import torch

from srlclip.app import serve
from srlclip.cli.main import main


@pytest.fixture(autouse=True)
def own_process(tmp_path, monkeypatch):
    """An own cache, and the threads as they were."""
    monkeypatch.setenv("SRLCLIP_CACHE", str(tmp_path / "cache"))
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def test_a_search_in_the_fast_mode_says_so(tiny_clip, tiny_run, world, capsys):
    pair = ["--base", str(tiny_clip), "--adapter", str(tiny_run / "model"), "--gallery", str(world)]
    assert main(["search", "a man", "--json", "--precision", "bf16", "--threads", "1", *pair]) == 0
    models = json.loads(capsys.readouterr().out)["models"]
    assert models["precision"] == "bf16" and 0.99 < models["feature_cosine"] < 1


@pytest.mark.parametrize(
    "words, said", [(["--threads", "0"], "threads is 0; it must be 1 or more"), (["--precision", "int8"], "int8")]
)
def test_bad_values_are_refused(words, said, capsys):
    try:
        code = main(["search", "a man", *words])
    except SystemExit as end:  # argparse
        code = end.code
    assert code == 2 and said in capsys.readouterr().err


def test_every_command_that_loads_a_pair_takes_both(capsys):
    for command in (
        ["search"],
        ["index"],
        ["score"],
        ["caption"],
        ["evaluate"],
        ["explain"],
        ["features"],
        ["benchmark", "all"],
    ):
        with pytest.raises(SystemExit):
            main([*command, "--help"])
        told = capsys.readouterr().out
        assert "--precision {fp32,bf16,auto}" in told and "--threads N" in told, command
    flags = serve.parser().parse_args([])
    assert (flags.precision, flags.threads) == ("fp32", None)


def test_the_app_loads_the_pair_as_the_flags_say(tmp_path):
    args = serve.parser().parse_args(["--precision", "bf16"])
    rules = serve.model_rules(args, "127.0.0.1")
    assert serve.load_pairs(args, rules).get().info.precision == "bf16"
