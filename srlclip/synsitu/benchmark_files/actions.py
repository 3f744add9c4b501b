"""Action recognition: a verb of SynSitu is a class, a clip shows one event of it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from srlclip.synsitu.benchmark_files.folder import Folder
from srlclip.synsitu.words import FORMS
from srlclip.synsitu.world import VERBS, ClipScript

#: The commonest verbs are asked for, at most as many as this: the rarest of them is one event in thirty.
MOST_CLASSES = 10


def _classes(folder: Folder) -> list[str]:
    """VerbIDs: about two clips a class, and two classes at least."""
    return list(VERBS)[: min(max(folder.clips // 2, 2), MOST_CLASSES)]


def _clips(folder: Folder) -> Iterator[tuple[int, str, ClipScript]]:
    """Number, VerbID and script of one event, the classes in turn; no script comes twice."""
    classes, waiting, stream = _classes(folder), [], folder.stream()
    for i in range(folder.clips):
        verb = classes[i % len(classes)]
        at = next((k for k, script in enumerate(waiting) if script.events[0].verb_id == verb), None)
        if at is None:
            for script in stream:
                if script.events[0].verb_id == verb:
                    break
                waiting.append(script)
        else:
            script = waiting.pop(at)
        yield i, verb, script


def _name(verb: str) -> str:
    """ "talk.01" -> "talking to"."""
    return FORMS[verb][0][1]


def _camel(verb: str) -> str:
    return "".join(word.capitalize() for word in _name(verb).split())


def ucf101(folder: Folder) -> None:
    """CamelCase classes counted from one; lists with carriage returns, a training list that has labels."""
    lines = []
    for i, verb, script in _clips(folder):
        path = f"{_camel(verb)}/v_{_camel(verb)}_g{i // 7 + 1:02d}_c{i % 7 + 1:02d}"
        folder.video(script, f"UCF-101/{path}.mp4")
        lines.append(f"{path}.avi")
    names = sorted(map(_camel, _classes(folder)))
    folder.lines("ucfTrainTestlist/classInd.txt", [f"{i} {name}" for i, name in enumerate(names, 1)], end="\r\n")
    folder.lines("ucfTrainTestlist/testlist01.txt", lines, end="\r\n")


def hmdb51(folder: Folder) -> None:
    """A list a class, each line with a space at its end; names with brackets, a hash and an exclamation mark."""
    lists: dict[str, list[str]] = {verb: [] for verb in _classes(folder)}
    for i, verb, script in _clips(folder):
        label = _name(verb).replace(" ", "_")
        name = f"#{i}_[Syn]_Situ!_({label})_f_cm_np1_ri_med_{i}"
        folder.video(script, f"hmdb51/{label}/{name}.mp4")
        lists[verb] += [f"{name}.avi 2 ", f"trained_on_{name}.avi 1 ", f"unused_{name}.avi 0 "]
    for verb, lines in lists.items():
        folder.lines(f"testTrainMulti_7030_splits/{_name(verb).replace(' ', '_')}_test_split1.txt", lines)


def kinetics(folder: Folder) -> None:
    """DeepMind's csv, labels quoted and with commas and parentheses; ids that begin with a dash."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)
    table.writerow(["label", "youtube_id", "time_start", "time_end", "split"])
    for i, verb, script in _clips(folder):
        label, video = f"{_name(verb)} (somebody, somewhere)", f"-_{i:03d}Syn-itu"
        folder.video(script, f"videos/{label.replace(' ', '_')}/{video}_{i:06d}_{i + 10:06d}.mp4")
        table.writerow([label, video, i, i + 10, "validate"])
    folder.lines("validate.csv", [out.getvalue()], end="")


def kinetics600_zs(folder: Folder) -> None:
    """ViFi-CLIP's three splits: label files with carriage returns, and lists of path and label; all splits have clips."""
    clips = list(_clips(folder))
    for split in (1, 2, 3):
        verbs = [verb for i, verb in enumerate(_classes(folder)) if split == 3 or i % 2 == split - 1]
        labels = ["id,name", *(f"{i},{_name(verb)}" for i, verb in enumerate(verbs))]
        folder.lines(f"labels/ZS_split{split}_K600.csv", labels, end="\r\n")
        lines = []
        for i, verb, script in clips:
            if verb in verbs:
                path = f"val/a {_name(verb)}/Syn-{i}_000001_000011.mp4"
                folder.video(script, f"videos/{path}")
                lines.append(f"{path} {verbs.index(verb)}")
        folder.lines(f"datasets_splits/k600_splits/ZS_split{split}_K600_eval.txt", lines)


def ssv2(folder: Folder) -> None:
    """Templates with brackets in the rows and without them in labels.json; numbers of videos are strings."""
    templates = {verb: f"{_name(verb).capitalize()} [something]" for verb in _classes(folder)}
    rows = []
    for i, verb, script in _clips(folder):
        video = str(74225 + i)
        folder.video(script, f"20bn-something-something-v2/{video}.mp4")
        rows.append(
            {"id": video, "label": f"{_name(verb)} a thing", "template": templates[verb], "placeholders": ["a thing"]}
        )
    plain = [text.replace("[", "").replace("]", "") for text in templates.values()]
    folder.json("labels.json", {text: str(i) for i, text in enumerate(plain)})
    folder.json("validation.json", rows)
