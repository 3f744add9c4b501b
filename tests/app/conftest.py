"""What tests of the app share: a comparison without models on seven drawn clips, and their addresses."""

from __future__ import annotations

import pytest
from fake_comparison import FakeComparison
from fake_results import grey

from srlclip.app.ui.parts.media import Media


@pytest.fixture(scope="module")
def comparison(tmp_path_factory: pytest.TempPathFactory) -> FakeComparison:
    return FakeComparison(tmp_path_factory.mktemp("clips"), clips=7)


@pytest.fixture(scope="module")
def media(comparison: FakeComparison) -> Media:
    return Media(comparison.situation, comparison.clip_ids(), reader=grey)
