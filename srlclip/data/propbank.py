"""PropBank's frame files (tag v2.1.5, CC0) -> lexicon entries for verbs that no annotation has.

    frames/pick-v.xml    <frameset><predicate lemma="pick_up"><roleset id="pick.04" name="pick up: acquire" vncls="-"><roles>
                             <role n="0" descr="agent, entity acquiring something" f=""/> ...

v2.1.5 covers all of VidSitu's VerbIDs; later tags renumber senses and are CC BY-SA. PropBank does not say which
modifiers a verb takes, so entries have core roles only (Arg0 to Arg5); negatives keep those of the event they start
from. `vncls`, of a roleset and of its roles, names the VerbNet classes of that sense.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree
from xml.parsers import expat

from srlclip.data.problems import Problem, refuse
from srlclip.data.roles import SCENE_KEY, parse_role_key
from srlclip.language.lexicon import VerbEntry
from srlclip.situations import DataError

#: Rolesets of light verbs ("make.LV") and drafts have no number and no roles of their own.
_NUMBERED = re.compile(r"\S+\.\d+")
#: A class as the files write it: "51.3.2", "37.11  37.5" (two of them), "lecture-37.11-1". Rolesets often leave the subclass
#: ("-1") out where their roles name it, so classes are compared without.
_CLASS = re.compile(r"(?:[a-z_]+-)?(\d+(?:\.\d+)*)(?:-[\d.-]+)?", re.IGNORECASE)


def read_propbank(
    folder: str | Path, role_names: str = "short", problems: list[Problem] | None = None, classes: bool = False
) -> list[VerbEntry]:
    """One entry with a count of 0 per verb roleset, in the order of file names; use them with Lexicon.with_verbs.

    folder: the repository's `frames`, or the folder above it. Where files are split by part of speech (`pick-v.xml`,
    `pick-n.xml`), only verbs are read. role_names: "short" or "raw". A file that cannot be read raises DataError naming
    it; with a list of `problems` it is skipped and noted there. classes: whether to read the verbs' VerbNet classes.
    """
    parse_role_key(SCENE_KEY, role_names)  # a wrong style is the caller's error, not the file's
    folder = Path(folder)
    files = sorted((folder / "frames").glob("*.xml")) or sorted(folder.glob("*.xml"))
    files = [path for path in files if path.stem.endswith("-v")] or files
    if not files:
        raise DataError("no frame files (*.xml) here; give PropBank's frames folder, tag v2.1.5", file=folder)
    entries: dict[str, VerbEntry] = {}
    for path in files:
        try:
            for entry in _entries(_parse(path), role_names):
                entries.setdefault(entry.verb_id, entry if classes else replace(entry, classes=frozenset()))
        except (ValueError, OSError, expat.ExpatError, ElementTree.ParseError) as error:
            refuse(problems, DataError(f"not a PropBank frame file ({error})", file=path))
    return list(entries.values())


def _parse(path: Path) -> ElementTree.Element:
    """The root element. ValueError if the file declares entities.

    The standard parser never fetches what a DOCTYPE points to (expat leaves external entities alone), so `frameset.dtd`
    need not be there. It does expand entities declared inside the file, which a few lines can make grow without end;
    frame files need none, so a first pass refuses them before any is used.
    """
    data = path.read_bytes()

    def declared(name: str, *_: object) -> None:
        raise ValueError(f"it declares the entity {name!r}; frame files declare none")

    guard = expat.ParserCreate()
    guard.EntityDeclHandler = declared
    guard.Parse(data, True)
    root = ElementTree.fromstring(data)
    if root.tag != "frameset":
        raise ValueError(f"its root is <{root.tag}>, not <frameset>")
    return root


def _entries(root: ElementTree.Element, role_names: str) -> Iterator[VerbEntry]:
    for predicate in root.iter("predicate"):
        lemma = " ".join(predicate.get("lemma", "").split())
        if not lemma:
            raise ValueError("a predicate has no lemma")
        for roleset in predicate.iter("roleset"):
            verb_id, name = roleset.get("id", "").strip(), " ".join(roleset.get("name", "").split())
            if not verb_id:
                raise ValueError(f"a roleset of {lemma!r} has no id")
            if _NUMBERED.fullmatch(verb_id):
                verb = f"{lemma} ({name})" if name else lemma
                yield VerbEntry(verb_id, verb, _roles(roleset, role_names), 0, _classes(roleset))


def _classes(roleset: ElementTree.Element) -> frozenset[str]:
    """Numbers of the VerbNet classes, without subclasses; "-" and "" name none."""
    named = [roleset.get("vncls", ""), *(role.get("vncls", "") for role in roleset.iter("vnrole"))]
    tokens = re.split(r"[\s,]+", " ".join(named))
    return frozenset(match[1] for token in tokens if (match := _CLASS.fullmatch(token)))


def _roles(roleset: ElementTree.Element, role_names: str) -> tuple[tuple[str, str], ...]:
    """Core roles by number, the first description of each; "m" (modifiers) and "a" (causers) are not among them."""
    by_number: dict[str, tuple[str, str]] = {}
    for role in roleset.iterfind("roles/role"):
        number = role.get("n", "").strip()
        if number in ("0", "1", "2", "3", "4", "5"):
            by_number.setdefault(number, parse_role_key(f"Arg{number} ({role.get('descr', '')})", role_names))
    return tuple(by_number[number] for number in sorted(by_number))
