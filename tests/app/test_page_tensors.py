"""The page holds a pair's tensors once: making and describing it adds none, whatever the size of the models."""

import gc

import torch
from tiny_models import save_tiny_adapter, save_tiny_clip

from srlclip.app.ui import build_demo
from srlclip.comparison.comparison import Comparison
from srlclip.synsitu.writer import write_split


def storages() -> dict[int, int]:
    """address -> bytes of the memory behind every tensor that is alive."""
    gc.collect()
    alive = [each for each in gc.get_objects() if issubclass(type(each), torch.Tensor)]
    held = [each.untyped_storage() for each in alive if each.device.type == "cpu"]
    return {storage.data_ptr(): storage.nbytes() for storage in held if storage.nbytes()}


def test_making_the_page_copies_no_tensor(tmp_path, monkeypatch):
    monkeypatch.setenv("SRLCLIP_CACHE", str(tmp_path / "cache"))
    base = save_tiny_clip(tmp_path / "base")
    adapter = save_tiny_adapter(tmp_path / "adapter", base)
    write_split(tmp_path / "clips", "test", 2)
    comparison = Comparison.load(str(base), str(adapter), tmp_path / "clips")
    of_pair = {w.untyped_storage().data_ptr() for e in comparison.pair.encoders for w in e.parameters()}
    before = storages()
    assert of_pair <= before.keys(), "the models' tensors are seen"
    demo = build_demo(comparison)
    assert demo.get_config_file()["components"]
    added = {at: size for at, size in storages().items() if at not in before}
    weights = sum(before[at] for at in of_pair)
    assert sum(added.values()) < weights / 100, f"{sum(added.values())} bytes of new tensors beside {weights} of models"
