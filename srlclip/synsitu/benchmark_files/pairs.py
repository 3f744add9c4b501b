"""Two media and two captions: Winoground's stills, who does it to whom exchanged; Vinoground's clips, the order exchanged."""

from __future__ import annotations

import csv
import io

from srlclip.synsitu.benchmark_files.folder import Folder
from srlclip.synsitu.benchmark_files.words import in_order, minimal, reversed_events


def winoground(folder: Folder) -> None:
    """Agent and patient exchanged, in the picture as in the caption; every third pair exchanges their colours instead."""
    facts = {"agent_patient": "Object", "binding": "Object", "verb": "Relation"}
    drawn = {fact: iter(minimal(folder, fact, folder.clips)) for fact in facts}
    rows = []
    for i in range(folder.clips):
        fact = list(facts)[i % len(facts)]
        pair = next(drawn[fact])
        names = [f"ex_{i}_img_{n}" for n in range(2)]
        for name, script in zip(names, (pair.shown, pair.other), strict=True):
            folder.still(f"images/{name}.png", script)
        rows.append(
            {"id": i, "image_0": names[0], "image_1": names[1], "caption_0": pair.true, "caption_1": pair.false,
             "tag": fact, "secondary_tag": "", "num_main_preds": 1, "collapsed_tag": facts[fact]}
        )  # fmt: skip
    folder.json_lines("examples.jsonl", rows)


def vinoground(folder: Folder) -> None:
    """Two events and their order exchanged; sentences hold commas and quotes, minor categories may end with a semicolon."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow(["index", "major", "minor", "pos_cap", "neg_cap"])
    for i, script in enumerate(folder.scripts()):
        other = reversed_events(script)
        captions = [in_order(script), in_order(other)]
        folder.video(script, f"vinoground_videos/{i}_pos.mp4")
        folder.video(other, f"vinoground_videos/{i}_neg.mp4")
        table.writerow(
            [i, ("action", "object", "viewpoint")[i % 3], ("interaction;", "cyclical;spatial", "")[i % 3], *captions]
        )
    folder.lines("vinoground.csv", [out.getvalue()], end="")
