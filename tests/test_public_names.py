"""`import srlclip` gives the public names when they are asked for, and costs nothing before."""

import importlib
import subprocess
import sys

import pytest

import srlclip

HEAVY = {"torch", "numpy", "gradio", "transformers", "matplotlib", "peft", "decord", "av", "cv2", "PIL", "safetensors"}


def run(code: str) -> set[str]:
    """The modules that a fresh interpreter has loaded after the code."""
    script = f"{code}\nimport sys\nprint(*sys.modules)"
    return set(
        subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    )


def test_importing_the_package_loads_nothing_else():
    modules = run("import srlclip; dir(srlclip); srlclip.__version__")
    assert not modules & HEAVY
    assert {m for m in modules if m.startswith("srlclip.")} == set()


def test_a_name_loads_its_module_and_no_more():
    modules = run("from srlclip import Situation, Event, Role, Caption")
    assert not modules & HEAVY and "srlclip.situations" in modules and "srlclip.comparison" not in modules


def test_every_public_name_is_what_its_home_holds():
    homes = {"Comparison": "srlclip.comparison.comparison", "ClipPair": "srlclip.models.pair", "SRLCLIP": "srlclip.models.srlclip",
             **dict.fromkeys(("Situation", "Event", "Role", "Caption"), "srlclip.situations")}  # fmt: skip
    assert {*homes, "__version__"} == set(srlclip.__all__) and set(srlclip.__all__) <= set(dir(srlclip))
    for name, home in homes.items():
        assert getattr(srlclip, name) is getattr(importlib.import_module(home), name)


def test_a_wrong_name_is_an_attribute_error():
    wrong = "Comparsion"
    with pytest.raises(AttributeError, match=f"module 'srlclip' has no attribute '{wrong}'"):
        getattr(srlclip, wrong)
    with pytest.raises(ImportError, match="cannot import name 'compare'"):
        from srlclip import compare  # noqa: F401
