"""Every spec names a reader that takes its options and a kind of task that can be asked; every --help constructs."""

import inspect

import pytest

from srlclip.cli.main import main
from srlclip.evaluation.benchmarks.run import questions_of, reader_of
from srlclip.evaluation.benchmarks.spec import spec_of, specs


@pytest.mark.parametrize("name", sorted(specs()))
def test_a_spec_fits_its_reader_and_its_task(name):
    spec = spec_of(name)
    inspect.signature(reader_of(spec)).bind("folder", **spec.options)
    assert not spec.needs_pair or callable(questions_of(spec).observe)
    assert not spec.needs_pair or callable(questions_of(spec).labels)
    assert all(file.source and file.what for file in spec.files) and (spec.files or "annotations" in spec.options)


@pytest.mark.parametrize("name", sorted(specs()))
def test_help_says_which_files_go_where(name, capsys):
    with pytest.raises(SystemExit) as end:
        main(["benchmark", name, "--help"])
    shown = capsys.readouterr().out
    assert end.value.code == 0
    assert all(file.path in shown and file.source in shown for file in spec_of(name).files)
