"""docs/benchmarks.md says of every benchmark its command and the figures of its spec, and its example of a spec is one."""

import json
import re
from pathlib import Path

import pytest

from srlclip.config import from_dict
from srlclip.evaluation.benchmarks.run import reader_of
from srlclip.evaluation.benchmarks.spec import FileSpec, Spec, specs

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "benchmarks.md").read_text("utf-8")


def rows(name):
    return re.findall(rf"^\| `benchmark {re.escape(name)} .*$", PAGE, re.MULTILINE)


@pytest.mark.parametrize("name", specs())
def test_a_benchmark_has_a_row_with_the_figures_of_its_spec(name):
    assert rows(name)
    text = " ".join(rows(name))
    shown = [float(number) for number in re.findall(r"(?<![\w.])\d+(?:\.\d+)?(?!\w)", text)]
    assert {figure.value for figure in specs()[name].figures} <= set(shown)


def test_every_command_is_of_a_benchmark():
    named = set(re.findall(r"`benchmark ([\w-]+) --", PAGE))
    assert named == set(specs())


def test_the_figures_that_a_check_must_reach_are_those_of_the_specs():
    section = PAGE.partition("## Check the harness\n")[2].partition("\n## ")[0]
    table = dict(re.findall(r"^\| ([\w-]+) \| [^|]* \| ([\d./ ]+) \|$", section, re.MULTILINE))
    checks = {name: [f.value for f in spec.figures if f.check] for name, spec in specs().items()}
    assert {name: [float(v) for v in values.split("/")] for name, values in table.items()} == {
        name: values for name, values in checks.items() if values
    }


def test_the_example_of_a_spec_is_read_by_a_reader(tmp_path):
    values = json.loads(re.search(r"```json\n(.*?)```", PAGE, re.DOTALL)[1])
    values["files"] = tuple(from_dict(FileSpec, value, "files.") for value in values["files"])
    spec = Spec(**values)
    (tmp_path / "videos").mkdir()
    (tmp_path / "captions.csv").write_text('clip,text\na.mp4,"a soup, stirred"\nb.mp4,an onion\n')
    task = reader_of(spec)(tmp_path, **spec.options)
    assert task.captions == ("a soup, stirred", "an onion") and task.owner == (0, 1)
