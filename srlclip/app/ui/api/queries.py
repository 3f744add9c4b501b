"""The JSON endpoint of query,target files: /queries, the twin of Your clips' file of queries, on the gallery.

The docstring is what clients and assistants read, as in endpoints.py.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import gradio as gr

from srlclip.app.session.queries import QUERY_LIMITS
from srlclip.app.ui.api.inputs import text, uploaded_path
from srlclip.app.ui.api.models import models_json
from srlclip.app.ui.parts.errors import api_errors
from srlclip.app.ui.results.queries import measured_json
from srlclip.evaluation.queries import rank_queries
from srlclip.evaluation.query_files import parse_queries, read_text
from srlclip.situations import DataError

if TYPE_CHECKING:
    from srlclip.comparison.comparison import Comparison


def queries_endpoint(comparison: Comparison) -> Callable:
    """The endpoint, to be registered with the others."""

    @api_errors
    def queries(rows: str = "", file: gr.FileData = "") -> dict:  # type: ignore[assignment]
        """Measure your own queries on the gallery: R@1, 5, 10 and median rank under Base CLIP and SRL-CLIP, with their difference.

        Parameters:
            rows: a line for each query with the gallery clip that it describes, first line query,target; or JSON Lines with the keys query and target. At most 1,000 queries and 1 MB.
            file: the same as an uploaded file (CSV, TSV or JSON Lines in UTF-8) instead of rows.
        Returns:
            JSON: table (metric to both models and their difference, each with mean, 95 % interval over queries and n; R@K in percent, MdR the median rank, ties count against), and per query its line and both ranks.
        """
        given, path = text("rows", rows), uploaded_path(file, "file")
        if bool(given.strip()) == bool(path):
            raise ValueError("Give either rows (a text of query,target lines) or file (an uploaded CSV), and not both.")
        name = Path(path).name if path else "rows"
        content = read_text(path, name, QUERY_LIMITS) if path else given
        if len(content.encode()) > QUERY_LIMITS.megabytes * 2**20:
            raise DataError(f"more than {QUERY_LIMITS.megabytes} MB; send fewer lines", file=name)
        asked = parse_queries(content, comparison.clip_ids(), name, QUERY_LIMITS)
        return {"models": models_json(comparison), **measured_json(rank_queries(comparison, asked))}

    return queries
