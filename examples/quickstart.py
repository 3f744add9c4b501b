"""The shortest use of the package: the bundled pair on one query.  python examples/quickstart.py"""

from srlclip.compare import Comparison

pair = Comparison.load()  # the bundled mini pair and its gallery; or load(base=..., adapter=..., gallery=...)
example = pair.examples()[0]
result = pair.search(example.query, example.target)
print(example.query)
print(
    "target clip: rank", result.target_rank("base"), "with base CLIP,", result.target_rank("adapted"), "with SRL-CLIP"
)
event = pair.caption(example.target).events[example.event_index]
print("base CLIP reads:", event.base_sentence)
print("SRL-CLIP reads: ", event.adapted_sentence)
