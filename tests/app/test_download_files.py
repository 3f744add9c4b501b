"""Downloads of a search: models, query and version on board, equal to the screen, no cell that runs as a formula."""

import base64
import csv
import io
import json
import re

import pytest
from fake_results import hits

from srlclip.app.ui.results import downloads
from srlclip.results import Both, PairInfo, SearchResult

INFO = PairInfo("base-id", "adapter-id", "600 clips", True, 64, 32, "cpu", "0.1.0")


def decoded(html: str) -> list[str]:
    return [base64.b64decode(data).decode() for data in re.findall(r"base64,([A-Za-z0-9+/=]+)", html)]


def test_downloads_carry_models_query_and_version_and_equal_the_screen():
    result = SearchResult("=1+1", Both(hits("a", "-b"), hits("-b", "a", gains=True)), "a")
    as_json, as_csv = decoded(downloads.search_links(INFO, result))
    data = json.loads(as_json)
    assert data["query"] == "=1+1" and data["models"]["adapter"] == "adapter-id" and data["target_rank"]["adapted"] == 2
    rows = list(csv.DictReader(io.StringIO(as_csv)))
    assert rows[0]["base_model"] == "base-id" and rows[0]["srlclip_version"] == "0.1.0"
    assert rows[0]["query"] == "'=1+1" and rows[1]["clip"] == "'-b", "no cell may run as a formula"


@pytest.mark.parametrize("cell", ["=x", "+x", "-x", "@x", "\tx", " =x", "＝x"])
def test_csv_injection_is_neutralised(cell):
    assert downloads.safe_cell(cell) == "'" + cell
    assert downloads.safe_cell(-0.5) == -0.5
