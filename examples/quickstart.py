"""The shortest use of the package: the bundled pair on one query.  python examples/quickstart.py"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # a clone need not be installed

from srlclip import Comparison

pair = Comparison.load()  # the bundled mini pair and its gallery; or load(base=..., adapter=..., gallery=...)
example = pair.examples()[0]
print(example.query)
ranked = pair.search(example.query, example.target)
print(f"rank of its clip: base CLIP {ranked.target_rank('base')}, SRL-CLIP {ranked.target_rank('adapted')}")
true = pair.true_caption(example.target, example.event_index).text
wrong = pair.negatives(example.target, example.event_index, ["natural", "verb_role", "direction", "manner"])
score = pair.score(example.target, example.event_index, true, wrong)
print(f"of {len(wrong)} hard negatives, base CLIP beats {score.beaten('base')}, SRL-CLIP {score.beaten('adapted')}")
