"""Read the facts of a free query by rule, with the words that a lexicon knows: never a guess, "" where it cannot read.

    a bunny in green is chased to the left by a king -> verb chase, agent king, patient "" (bunny is not in the lexicon)

Verbs are found in all regular forms and some irregular ones; fillers are those of the lexicon's annotations, whole, else
their head noun. Two different verbs in one query leave the verb, and with it who does it to whom, unread.
"""

from __future__ import annotations

import re
from functools import lru_cache

from srlclip.language.english import DETERMINERS, PREPOSITIONS, clean_filler, strip_article, third_person, word_set
from srlclip.language.facts import ROLES, Facts, content_words
from srlclip.language.lexicon import Lexicon, VerbEntry
from srlclip.language.near_verbs import senses

_PAST = {
    "run": ("ran",), "give": ("gave", "given"), "take": ("took", "taken"), "throw": ("threw", "thrown"), "fall": ("fell", "fallen"),
    "sit": ("sat",), "stand": ("stood",), "speak": ("spoke", "spoken"), "hold": ("held",), "eat": ("ate", "eaten"),
    "drive": ("drove", "driven"), "ride": ("rode", "ridden"), "fight": ("fought",), "catch": ("caught",), "shoot": ("shot",),
    "go": ("went", "gone"), "see": ("saw", "seen"), "flee": ("fled",), "kneel": ("knelt",), "swim": ("swam",), "write": ("wrote", "written"),
}  # fmt: skip
_BE = word_set("is are was were be being been gets got")
#: "to the left", "leftwards": left and right are directions in these forms only.
_SIDE = re.compile(r"(?:\b(?:to|towards?)\s+(?:(?:the|his|her|its|their)\s+)?(left|right)\b|\b(left|right)wards?\b)")
_PLACE = r"\b(?:in|on|at|inside|outside|through|across|by|near)\s+(?:(?:the|an|a)\s+)?"


def query_facts(query: str, lexicon: Lexicon) -> Facts:
    """What a query says of each slot. Tolerant of any text; never raises."""
    text = " ".join(re.findall(r"\w+(?:['’\-]\w+)*|,", query.lower()))
    scene, text = _scene(text, lexicon)
    direction, text = _direction(text, lexicon)
    manner, text = _modifier(text, lexicon, "AMnr")
    verb_place = _verb(text, lexicon)
    if verb_place is None:
        return Facts(direction=direction, manner=manner, scene=scene)
    entry, verb, start, end = verb_place
    agent, patient = _who_to_whom(text, start, end, entry, lexicon)
    return Facts(verb, agent, patient, direction, manner, scene)


def _who_to_whom(text: str, start: int, end: int, entry: VerbEntry, lexicon: Lexicon) -> tuple[str, str]:
    """Agent and patient around the verb at text[start:end]; a passive ("is chased by") turns them round."""
    before, after = text[:start], text[end:]
    keys = {key for key, _ in entry.roles}
    patient_key = next((key for key in ROLES["patient"] if key in keys), "")
    passive = text[start:end].endswith(("ed", "en", "t", "n")) and before.split()[-1:] and before.split()[-1] in _BE
    if passive:
        what, _, who = after.partition(" by ")
        return _filler(who, "Arg0", lexicon), _filler(before, patient_key, lexicon) if not what.strip() else ""
    return _filler(before, "Arg0", lexicon), _filler(after, patient_key, lexicon) if patient_key else ""


def _filler(text: str, key: str, lexicon: Lexicon) -> str:
    """The first filler of a role that a part of the query names: the longest that is known whole, else a head noun."""
    if not key or not text.strip():
        return ""
    whole = [(at, -len(f), f) for f in _phrases(lexicon, key) if (at := _place_of(f, text)) >= 0]
    heads = [(at, -len(h), h) for h in lexicon.heads(key) if (at := _place_of(h, text)) >= 0]
    best = min(heads, default=None)
    first = [item for item in whole if best is None or item[0] <= best[0]]
    return min(first)[2] if first else best[2] if best else ""


def _scene(text: str, lexicon: Lexicon) -> tuple[str, str]:
    """A known place after a preposition, and the text without it."""
    known = {phrase for key in ROLES["scene"] for phrase in _phrases(lexicon, key)}
    for phrase in sorted(known, key=lambda p: (-len(p), p)):
        if phrase in text and (hit := re.search(rf"{_PLACE}{re.escape(phrase)}\b", text)):
            return phrase, _without(text, hit)
    return "", text


def _direction(text: str, lexicon: Lexicon) -> tuple[str, str]:
    side = _SIDE.search(text)
    if side:
        return side[1] or side[2], _without(text, side)
    return _modifier(text, lexicon, "ADir", without=("left", "right"))


def _modifier(text: str, lexicon: Lexicon, key: str, without: tuple[str, ...] = ()) -> tuple[str, str]:
    """The longest known filler of a modifier that stands in the text, and the text without it. A bare preposition ("up")
    may belong to the verb ("picks up") and is not taken for one."""
    for phrase in sorted(_phrases(lexicon, key), key=lambda p: (-len(p), p)):
        if phrase in without or not content_words(phrase) - PREPOSITIONS:
            continue
        if phrase in text and (hit := re.search(rf"\b{re.escape(phrase)}\b", text)):
            return phrase, _without(text, hit)
    return "", text


def _verb(text: str, lexicon: Lexicon) -> tuple[VerbEntry, str, int, int] | None:
    """(entry, what it is called in the lexicon, start, end) of the only verb of the text; None for none, or for two."""
    hits: dict[int, tuple[int, str, bool, VerbEntry]] = {}
    for form, inflected, name, entry in _forms(lexicon):
        if form not in text:
            continue
        for hit in re.finditer(rf"\b{re.escape(form)}\b", text):
            before = text[: hit.start()].split()[-1:]
            if before and (before[0] in DETERMINERS or before[0] in PREPOSITIONS and before[0] != "to"):
                continue
            if hit.start() not in hits or hit.end() > hits[hit.start()][0]:
                hits[hit.start()] = (hit.end(), name, inflected, entry)
    inflected = {start: hit for start, hit in hits.items() if hit[2]}
    chosen = inflected or hits
    if len({name for _, name, _, _ in chosen.values()}) != 1:
        return None
    start = min(chosen)
    end, name, _, entry = chosen[start]
    return entry, name, start, end


@lru_cache(maxsize=8)
def _forms(lexicon: Lexicon) -> tuple[tuple[str, bool, str, VerbEntry], ...]:
    """(form, whether it is inflected, lemma or gloss, entry) of every annotated verb, lemmas before glosses: of two verbs
    with one form the more frequent one's lemma counts."""
    out: dict[str, tuple[str, bool, str, VerbEntry]] = {}
    entries = [lexicon.entries[verb_id] for verb_id in lexicon.annotated or lexicon.verbs]
    names = [(_lemma(entry), entry) for entry in entries]
    names += [(sense, entry) for entry in entries for sense in sorted(senses(entry.verb)) if len(sense.split()) == 1]
    for name, entry in names:
        for form in _inflected(name):
            out.setdefault(form, (form, True, name, entry))
        out.setdefault(name, (name, False, name, entry))
    return tuple(out.values())


def verb_words(lexicon: Lexicon) -> frozenset[str]:
    """Every word of every form in which an annotated verb is found."""
    return frozenset(word for form, _, _, _ in _forms(lexicon) for word in form.split())


def _lemma(entry: VerbEntry) -> str:
    return entry.verb.split(" (")[0].replace("_", " ").strip().lower()


def _inflected(lemma: str) -> set[str]:
    """Third person, -ing and past of a lemma whose first word is the verb: "pick up" -> "picks up", "picking up" ..."""
    first, _, rest = lemma.partition(" ")
    stem = first[:-1] if first.endswith("e") and not first.endswith(("ee", "oe")) else first
    double = f"{first}{first[-1]}" if re.fullmatch(r"[^aeiou]*[aeiou][bdgmnprt]", first) else stem
    past = f"{first[:-1]}ied" if re.search(r"[^aeiou]y$", first) else f"{double}ed"
    forms = {third_person(first), f"{double}ing", past, *_PAST.get(first, ())} - {first}
    return {f"{form} {rest}".rstrip() for form in forms}


@lru_cache(maxsize=64)
def _phrases(lexicon: Lexicon, key: str) -> tuple[str, ...]:
    """The fillers of a role in lower case, without articles."""
    texts = (strip_article(clean_filler(text)).lower() for text in lexicon.fillers(key))
    return tuple(dict.fromkeys(text for text in texts if len(text) > 1))


def _place_of(phrase: str, text: str) -> int:
    hit = re.search(rf"\b{re.escape(phrase)}\b", text) if phrase in text else None
    return hit.start() if hit else -1


def _without(text: str, hit: re.Match) -> str:
    return " ".join(f"{text[: hit.start()]} {text[hit.end() :]}".split())
