"""Stills with right and wrong captions: SugarCrepe, SugarCrepe++, ARO's relations, attributions and orders."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

from srlclip.synsitu.benchmark_files.folder import SIZE, Folder
from srlclip.synsitu.benchmark_files.words import Minimal, minimal, paraphrase, sentence
from srlclip.synsitu.words import FORMS
from srlclip.synsitu.world import PROPS, Character

#: SugarCrepe's file -> what is changed in its negatives (words.minimal); "addition" adds a prop that is not there.
EDITS = {
    "add_att": "extra",
    "add_obj": "addition",
    "replace_att": "colour",
    "replace_obj": "kind",
    "replace_rel": "verb",
    "swap_att": "binding",
    "swap_obj": "agent_patient",
}


def sugarcrepe(folder: Folder) -> None:
    """Seven files; the keys of one leave a number out, as swap_obj's do."""
    for at, (name, edit) in enumerate(EDITS.items()):
        rows = {}
        numbers = (n for n in count() if not (name == "swap_obj" and n == 1))
        for key, (pair, negative) in zip(numbers, _edited(folder, edit), strict=False):
            image = f"{at:06d}{key:06d}.jpg"
            folder.still(f"images/{image}", pair.shown)
            rows[str(key)] = {"filename": image, "caption": pair.true, "negative_caption": negative}
        folder.json(f"data/{name}.json", rows)


def sugarcrepe_pp(folder: Folder) -> None:
    """Five files of two right captions, the second in other words, and a wrong one; images are shared between the files."""
    for at, (name, edit) in enumerate((k, v) for k, v in EDITS.items() if not k.startswith("add")):
        rows = []
        for i, (pair, negative) in enumerate(_edited(folder, edit)):
            image = f"{at:06d}{i:06d}.jpg"
            folder.still(f"images/{image}", pair.shown)
            rows.append(
                {"id": i, "filename": image, "caption": pair.true,
                 "caption2": paraphrase(pair.shown, folder.dice(i)), "negative_caption": negative}
            )  # fmt: skip
        folder.json(f"data/{name}.json", rows)


def _edited(folder: Folder, edit: str) -> list[tuple[Minimal, str]]:
    """The pair whose first script is shown, and the wrong caption."""
    if edit != "addition":
        return [(pair, pair.false) for pair in minimal(folder, edit, folder.clips)]
    rng, out = folder.dice(29), []
    for pair in minimal(folder, "scene", folder.clips):
        absent = [prop for prop in PROPS if prop != pair.shown.events[0].prop]
        prop = absent[int(rng.integers(len(absent)))]
        out.append((pair, f"{pair.true.rstrip('.')}, with {'an' if prop[0] in 'aeiou' else 'a'} {prop}."))
    return out


def aro_relation(folder: Folder) -> None:
    """Agent and patient exchanged. The picture shows both orders side by side and the box is what is meant."""

    def row(pair: Minimal) -> tuple[dict, str, str]:
        event = pair.shown.events[0]
        who, whom = pair.shown.cast[event.agent].kind, pair.shown.cast[event.patient or 0].kind
        verb = FORMS[event.verb_id][0][1]
        extra = {"relation_name": verb}
        return extra, f"the {who} is {verb} the {whom}", f"the {whom} is {verb} the {who}"

    _side_by_side(folder, "agent_patient", "visual_genome_relation.json", row)


def aro_attribution(folder: Folder) -> None:
    """Two colours exchanged, in the same kind of picture."""

    def row(pair: Minimal) -> tuple[dict, str, str]:
        event = pair.shown.events[0]
        a, b = pair.shown.cast[event.agent], pair.shown.cast[event.patient or 0]
        return {"attributes": [a.colour, b.colour]}, _two(a, b, a.colour, b.colour), _two(a, b, b.colour, a.colour)

    _side_by_side(folder, "binding", "visual_genome_attribution.json", row)


def _two(a: Character, b: Character, first: str, second: str) -> str:
    return f"the {first} {a.kind} and the {second} {b.kind}"


def _side_by_side(folder: Folder, fact: str, file: str, describe: Callable[[Minimal], tuple[dict, str, str]]) -> None:
    """Of two kinds that have no prop between them: "the man and the man" or "is giving the man" would tell nothing."""
    rows: list[dict] = []
    for pair in minimal(folder, fact, 6 * folder.clips):
        event = pair.shown.events[0]
        alike = pair.shown.cast[event.agent].kind == pair.shown.cast[event.patient or 0].kind
        if len(rows) == folder.clips or alike or event.prop:
            continue
        extra, true, false = describe(pair)
        i = len(rows)
        sides = (pair.shown, pair.other) if i % 2 == 0 else (pair.other, pair.shown)
        image = f"{2400000 + i}.jpg"
        folder.still(f"images/{image}", *sides)
        box = {"bbox_x": SIZE * (i % 2), "bbox_y": 0, "bbox_w": SIZE, "bbox_h": SIZE}
        rows.append(
            {"image_id": 2400000 + i, "image_path": image, **box, **extra, "true_caption": true, "false_caption": false}
        )
    folder.json(file, rows)


def aro_order(folder: Folder, file: str, image: str) -> None:
    """Five captions a picture. image: a name with {} for a number."""
    rows = []
    for i, script in enumerate(folder.scripts(events=1)):
        path, rng = image.format(f"{i:012d}"), folder.dice(i)
        folder.still(f"images/{path}", script)
        rows.append({"image": path, "caption": [sentence(script), *(paraphrase(script, rng) for _ in range(4))]})
    folder.json(file, rows)


def aro_coco_order(folder: Folder) -> None:
    aro_order(folder, "coco_karpathy_test.json", "val2014/COCO_val2014_{}.jpg")


def aro_flickr_order(folder: Folder) -> None:
    aro_order(folder, "flickr30k_test.json", "flickr30k-images/{}.jpg")
