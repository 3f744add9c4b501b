"""An adapter of a stranger: each field of its configuration is one of few allowed values before peft is asked anything."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch

from srlclip.config import LORA_TARGETS, LoraSettings
from srlclip.models.adapters import adapter_shapes, read_adapter_config
from srlclip.models.checkpoints import resolve_bundled
from srlclip.models.encoder import ClipEncoder
from srlclip.situations import CheckpointError

PAPER = r"(self_attn\.q_proj|self_attn\.k_proj|self_attn\.v_proj)"
VISION, TEXT = (rf"{tower}_model\.encoder\.layers\.\d+\." for tower in ("vision", "text"))


@pytest.fixture(scope="module")
def adapter(tiny_clip: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    encoder = ClipEncoder.load(tiny_clip)
    encoder.add_lora(LoraSettings(rank=4, alpha=8.0))
    folder = tmp_path_factory.mktemp("adapters") / "good"
    encoder.save_adapter(folder)
    return folder


def edited(adapter: Path, folder: Path, **fields: Any) -> Path:
    shutil.copytree(adapter, folder)
    file = folder / "adapter_config.json"
    file.write_text(json.dumps(json.loads(file.read_text("utf-8")) | fields), "utf-8")
    return folder


def test_a_saved_adapter_names_its_layers_literally(adapter: Path) -> None:
    targets = json.loads((adapter / "adapter_config.json").read_text("utf-8"))["target_modules"]
    assert targets == sorted(adapter_shapes(adapter)) and all("\\" not in name for name in targets)
    bundled = resolve_bundled("mini-srlclip") / "adapter"
    assert isinstance(read_adapter_config(bundled).targets, tuple)


@pytest.mark.parametrize(
    ("field", "value", "allowed"),
    [
        ("target_modules", r"(vision_model\.(\w+\.?)+)+!", "a list of layers' names, no regular expression"),
        ("target_modules", "all-linear", "a list of layers' names"),
        ("target_modules", "q_proj", "a list of layers' names"),
        ("target_modules", [r"(\w+)+!"], "a list of layers' names"),
        ("target_modules", ["q_proj", 3], "a list of layers' names"),
        ("target_modules", [], "a list of layers' names"),
        ("target_modules", None, "a list of layers' names"),
        ("exclude_modules", r"(\w+)+!", "nothing"),
        ("layers_pattern", r"(\w+)+!", "nothing"),
        ("layers_to_transform", [0], "nothing"),
        ("rank_pattern", {r"(\w+)+!": 8}, "nothing"),
        ("alpha_pattern", {"q_proj": 1e9}, "nothing"),
        ("modules_to_save", ["visual_projection"], "nothing"),
        ("target_parameters", ["logit_scale"], "nothing"),
        ("trainable_token_indices", [0], "nothing"),
        ("layer_replication", [[0, 10**6]], "nothing"),
        ("auto_mapping", {"base_model_class": "Popen", "parent_library": "subprocess"}, "CLIPModel"),
        ("megatron_config", {"a": 1}, "nothing"),
        ("megatron_core", "subprocess", "megatron.core"),
        ("a_field_of_tomorrow", 1, "nothing"),
        ("peft_type", "IA3", "'LORA'"),
        ("peft_type", None, "'LORA'"),
        ("task_type", "SEQ_CLS", "nothing"),
        ("bias", "all", "'none'"),
        ("use_dora", True, "nothing"),
        ("init_lora_weights", "pissa", "True"),
        ("init_lora_weights", 1, "True"),
        ("r", 10**9, "4, the rank of its weights"),
        ("r", "4", "a whole number"),
        ("r", True, "a whole number"),
        ("lora_alpha", 10**400, "a number above 0"),
        ("lora_alpha", float("nan"), "a number above 0"),
        ("lora_dropout", 1.0, "a number from 0"),
    ],
)
def test_a_field_that_is_not_plain_lora_is_refused_by_name(
    adapter: Path, tiny_clip: Path, tmp_path: Path, field: str, value: Any, allowed: str
) -> None:
    folder = edited(adapter, tmp_path / "foreign", **{field: value})
    for read in (adapter_shapes, ClipEncoder.load(tiny_clip).load_adapter):
        with pytest.raises(CheckpointError) as refused:
            read(folder)
        assert f"adapter_config.json: {field} is " in str(refused.value) and allowed in str(refused.value)
        assert len(str(refused.value)) < 400


def test_names_may_be_the_ends_of_paths(adapter: Path, tiny_clip: Path, tmp_path: Path) -> None:
    """As peft reads a list; q_proj alone also means the text tower, which this adapter has no weights for."""
    whole = ClipEncoder.load(tiny_clip)
    whole.load_adapter(adapter)
    names = [path.removeprefix("vision_model.") for path in adapter_shapes(adapter)]
    with pytest.raises(CheckpointError, match="name different layers"):
        ClipEncoder.load(tiny_clip).load_adapter(edited(adapter, tmp_path / "both", target_modules=names))
    with pytest.raises(CheckpointError, match="name different layers"):
        ClipEncoder.load(tiny_clip).load_adapter(edited(adapter, tmp_path / "less", target_modules=names[:1]))
    assert whole.adapted_modules() == sorted(adapter_shapes(adapter), key=whole.adapted_modules().index)


@pytest.mark.parametrize("pattern", [f"{VISION}{PAPER}", f"({VISION}){PAPER}"])
def test_adapters_of_earlier_versions_are_read(adapter: Path, tiny_clip: Path, tmp_path: Path, pattern: str) -> None:
    """They hold one of a few expressions, which this project wrote and which end at once."""
    first, second = ClipEncoder.load(tiny_clip), ClipEncoder.load(tiny_clip)
    first.load_adapter(adapter)
    second.load_adapter(edited(adapter, tmp_path / "earlier", target_modules=pattern))
    assert first.adapted_modules() == second.adapted_modules()
    for name, weight in first.clip.state_dict().items():
        assert torch.equal(weight, second.clip.state_dict()[name])


def test_every_expression_of_earlier_versions_is_known(adapter: Path, tmp_path: Path) -> None:
    for number, targets in enumerate(LORA_TARGETS.values()):
        layers = "|".join(name.replace(".", r"\.") for name in targets)
        for tower, pattern in enumerate((f"({VISION}|{TEXT})({layers})", f"({TEXT})({layers})")):
            folder = edited(adapter, tmp_path / f"{number}{tower}", target_modules=pattern)
            assert read_adapter_config(folder).reaches("text_model.encoder.layers.11.self_attn.q_proj")


def test_scale_and_root_of_the_rank_are_kept(adapter: Path, tiny_clip: Path, tmp_path: Path) -> None:
    scales = []
    for name, fields in (("plain", {}), ("root", {"use_rslora": True})):
        encoder = ClipEncoder.load(tiny_clip)
        encoder.load_adapter(edited(adapter, tmp_path / name, **fields))
        scales.append(encoder.clip.get_submodule(encoder.adapted_modules()[0]).scaling["default"])
    assert scales == [2.0, 4.0]
