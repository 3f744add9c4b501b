"""The twin of the analysis' view of benchmarks: stored results of the pair, as plain JSON types."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from srlclip.app.ui.api.inputs import text
from srlclip.app.ui.api.models import models_json
from srlclip.app.ui.parts.errors import api_errors
from srlclip.app.ui.results.benchmarks import LIST_COMMAND, answer, benchmark_json, command, stored_benchmarks

if TYPE_CHECKING:
    from srlclip.comparison.comparison import Comparison


def endpoint(comparison: Comparison) -> Callable:
    """The endpoint /benchmarks of a comparison."""

    @api_errors
    def benchmarks(name: str = "") -> dict:
        """Stored results of zero-shot benchmarks, as published figures, Base CLIP, SRL-CLIP and the difference with its interval.

        Parameters:
            name: one benchmark, such as "msrvtt-1ka"; empty for all that were measured with this pair.
        Returns:
            JSON: answer (one sentence), benchmarks with protocol, media read, rows (paper, base, adapted, difference, words alone, chance) and whether their data were drawn (synthetic), problems of files that cannot be shown, and the command that adds a result.
        """
        stored, wanted = stored_benchmarks(comparison), text("name", name).strip()
        if wanted and wanted not in stored.measured:
            raise ValueError(
                f"name is {wanted[:40]!r}; allowed: {', '.join(stored.measured) or 'none, as none is stored'}."
            )
        listed = {key: each for key, each in stored.measured.items() if wanted in ("", key)}
        return {
            "models": models_json(comparison),
            "answer": answer(stored) if stored.measured else "",
            "benchmarks": [benchmark_json(key, each) for key, each in listed.items()],
            "problems": list(stored.problems),
            "command": command(comparison.info),
            "list_command": LIST_COMMAND,
        }

    return benchmarks
