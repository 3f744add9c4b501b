"""Making the page copies none of the models: Gradio deep-copies the page's settings, and whatever they reach."""

import urllib.request

import pytest
from fake_comparison import FakeComparison

from srlclip.app.pairs import PairName, PairStore
from srlclip.app.ui import build_demo, close, launch_settings


class Watched(FakeComparison):
    """A comparison that counts its copies; raising would not do, since Gradio goes on without what cannot be copied."""

    copies = 0

    def __deepcopy__(self, memo: dict) -> "Watched":
        self.copies += 1
        return self


@pytest.mark.parametrize("chosen", [False, True], ids=["one pair", "pairs to choose from"])
def test_making_and_serving_the_page_copies_no_model(chosen, tmp_path):
    comparison = Watched(tmp_path, 2)
    pairs = PairStore(lambda name, report: comparison)
    pairs.put(PairName("mini"), comparison)
    demo = build_demo(pairs if chosen else comparison)
    demo.get_config_file()
    _, url, _ = demo.launch(prevent_thread_lock=True, quiet=True, server_name="127.0.0.1", **launch_settings())
    try:
        for address in ("", "config", "gradio_api/info"):
            with urllib.request.urlopen(url + address, timeout=20) as answer:
                assert answer.status == 200
    finally:
        close(demo)
    assert comparison.copies == 0
