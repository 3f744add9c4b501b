"""A visitor's file of query,target on the visitor's own clips: how both models rank each query's clip."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from srlclip.app.session.session import Session
from srlclip.app.session.values import QueryFile
from srlclip.evaluation.queries import RankedQuery, rank_queries
from srlclip.evaluation.query_files import COLUMNS, Limits, parse_queries, read_text
from srlclip.progress import Progress
from srlclip.situations import Caption, Event

if TYPE_CHECKING:
    from srlclip.comparison.comparison import Comparison

#: Of a file that a visitor or a client brings; everybody waits for the models meanwhile.
QUERY_LIMITS = Limits(queries=1000, megabytes=1)


def bring_queries(session: Session, path: str | Path) -> QueryFile:
    """Keep a file's text in the session in place of an earlier one's. Raises DataError, and keeps the earlier one then."""
    name = Path(path).name
    session.queries = QueryFile(name, read_text(path, name, QUERY_LIMITS))
    return session.queries


def bring_labels(session: Session, caption_of: Callable[[Event], Caption]) -> QueryFile:
    """Keep the captions of all labelled events, each with its clip, as if they were a file. Raises ValueError for none."""
    rows = [(caption_of(event).text, clip.name) for clip in session.clips for event in clip.labelled]
    if not rows:
        raise ValueError("No event of yours has labels. Write some under Labels, or upload a file of queries.")
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows((COLUMNS, *rows))
    session.queries = QueryFile("your labels", out.getvalue())
    return session.queries


def measure_queries(
    comparison: Comparison, session: Session, with_gallery: bool, progress: Progress | None = None
) -> list[RankedQuery]:
    """The rank of every query's target among the session's clips (and the gallery's) under both models.

    Raises DataError for what is wrong with the file, ValueError without a file or a clip.
    """
    file = session.queries
    if file is None:
        raise ValueError("No file of queries is here. Upload one.")
    view = session.view(comparison, session.playable, with_gallery, None)
    return rank_queries(view, parse_queries(file.text, view.clip_ids(), file.name, QUERY_LIMITS), progress)
