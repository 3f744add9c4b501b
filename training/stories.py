"""Choose the guided tour's three stories from the bundled gallery by measuring all of it: a win, a tie and a loss.

    python training/stories.py                    # writes srlclip/assets/gallery/stories.json
    python training/stories.py --gallery my_labelled_clips --base B --adapter A --out stories.json

Every labelled event with at least two participants is a candidate, asked for with its natural caption. The app shows none
of the numbers in the file: it measures its stories again whenever they are told.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tqdm import tqdm

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from srlclip import ASSETS
from srlclip.comparison.comparison import Comparison
from srlclip.comparison.queries import OUTCOMES, STORIES, outcome
from srlclip.files import write_json
from srlclip.language.negatives import KINDS
from srlclip.provenance import provenance
from srlclip.results import MODELS
from srlclip.situations import CORE_ROLES, SrlClipError

RULE = (
    "Candidates: every labelled event with two or more visible core roles, its natural caption as the query. Outcome: which "
    "model ranks the described clip higher. Kept: those whose hard negatives (all kinds) and SRL caption agree, that is, a "
    "win beats more negatives and has no fewer correct fillers, a loss fewer and no more, a tie as many of both; and whose "
    "clip is among the first five of the model that is right (of both, for a tie). Chosen: the middle one of the kept, by "
    "change of rank, then clip and event; not the most striking one."
)
#: The target must be on screen for the better model.
SEEN = 5


@dataclass(frozen=True)
class Candidate:
    """One event, asked for and measured. Values are (base, adapted)."""

    query: str
    target: str
    event_index: int
    ranks: tuple[int, int]
    beaten: tuple[int, int]
    negatives: int
    correct: tuple[int, int]
    slots: int

    @property
    def outcome(self) -> str:
        return outcome(*self.ranks)

    @property
    def consistent(self) -> bool:
        """Whether negatives and captions tell the same story as the ranks, and it can be seen."""
        base, adapted = self.ranks
        beaten, correct = (pair[1] - pair[0] for pair in (self.beaten, self.correct))
        if self.outcome == "tie":
            return max(base, adapted) <= SEEN and beaten == 0 and correct == 0
        way = 1 if self.outcome == "win" else -1
        return min(base, adapted) <= SEEN and way * beaten > 0 and way * correct >= 0


def measured(comparison: Comparison) -> list[Candidate]:
    """Every candidate of a labelled gallery, in its order."""
    candidates = []
    for clip in tqdm(comparison.clip_ids(), desc="stories", unit="clip"):
        events = comparison.situation(clip).events
        asked = [i for i, e in enumerate(events) if sum(r.key in CORE_ROLES for r in e.visible_roles) > 1]
        captions = comparison.caption(clip).events if asked else ()
        for index in asked:
            query = comparison.true_caption(clip, index).text
            result = comparison.search(query, clip)
            ranks = tuple(result.target_rank(model) or 0 for model in MODELS)
            negatives = comparison.negatives(clip, index, KINDS)
            score = comparison.score(clip, index, query, negatives)
            slots = [slot for slot in captions[index].slots if slot.reference is not None]
            correct = tuple(sum(bool(slot.match[model]) for slot in slots) for model in MODELS)
            beaten = tuple(score.beaten(model) for model in MODELS)
            if all(ranks):
                candidates.append(Candidate(query, clip, index, ranks, beaten, len(negatives), correct, len(slots)))  # type: ignore[arg-type]
    return candidates


def chosen(candidates: Iterable[Candidate]) -> list[Candidate]:
    """One per outcome by RULE. Raises ValueError where none is left."""
    kept: dict[str, list[Candidate]] = {name: [] for name in OUTCOMES}
    for candidate in candidates:
        if candidate.consistent:
            kept[candidate.outcome].append(candidate)
    stories = []
    for name, rows in kept.items():
        if not rows:
            raise ValueError(f"no candidate tells a {name} in all three comparisons; use a larger labelled gallery")
        rows.sort(key=lambda c: (abs(c.ranks[0] - c.ranks[1]), c.target, c.event_index))
        stories.append(rows[len(rows) // 2])
    return stories


def story_file(comparison: Comparison, candidates: Sequence[Candidate]) -> dict[str, Any]:
    counts = Counter(c.outcome for c in candidates)
    kept = Counter(c.outcome for c in candidates if c.consistent)
    return {
        **provenance({}),
        "models": {"base": comparison.info.base_id, "adapter": comparison.info.adapter_id},
        "rule": RULE,
        "gallery": len(comparison.clip_ids()),
        "candidates": {name: counts[name] for name in OUTCOMES},
        "kept": {name: kept[name] for name in OUTCOMES},
        "stories": [{"outcome": c.outcome, **asdict(c)} for c in chosen(candidates)],
    }


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Choose a win, a tie and a loss from a labelled gallery.")
    parser.add_argument("--base")
    parser.add_argument("--adapter")
    parser.add_argument("--gallery", metavar="DIR")
    parser.add_argument("--out", default=str(ASSETS / "gallery" / STORIES))
    args = parser.parse_args(argv)
    try:
        comparison = Comparison.load(args.base, args.adapter, args.gallery)
        result = story_file(comparison, measured(comparison))
    except (SrlClipError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    write_json(Path(args.out), result)
    print(json.dumps({key: result[key] for key in ("candidates", "kept", "stories")}, indent=1))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
