"""VidSitu's role keys: `Arg0 (talker)`, `ArgM (direction)`, `Scene of the Event` -> (short key, name for prompts).

The rule for `short` names, in order (the paper shortens by no stated rule; this one reproduces its printed examples):
1. text in parentheses, nested or not, and double quotes go; so does what follows ` - `, `;`, `:` or `, if`;
2. what is left is split into alternatives at commas, slashes and the word "or";
3. in each, leading articles and mentions of other roles ("of arg1", "arg1's") go; a question word becomes its noun
   ("where put" -> "place put", "with whom" -> "person"); a preposition at the end stays only after a participle
   ("thing looked at", but "place to" -> "place"), so that "the X is ..." reads;
4. the first alternative wins that is neither a bare role label ("agent", "theme") nor a bare general noun ("thing",
   "place"); without one, the first general noun; else the first label;
5. everything is lower case.

    lifter, raiser -> lifter                         agent, smasher -> smasher
    thing looked at or for or on -> thing looked at  place or thing entered -> thing entered

`raw` keeps the annotation's words, with spaces normalised. tests/fixtures/role_names_golden.json holds more examples.
"""

from __future__ import annotations

import re
from functools import cache

from srlclip.language.english import PREPOSITIONS, strip_article, word_set
from srlclip.situations import CORE_ROLES, MODIFIER_NAMES

SCENE_KEY = "Scene of the Event"

#: Substrings of `ArgM (...)` in the order in which VidSitu's own code tests them.
_MODIFIERS = (("direction", "ADir"), ("purpose", "APrp"), ("manner", "AMnr"), ("location", "ALoc"), ("goal", "AGol"))
_LABELS = word_set(
    "agent patient theme cause causer experiencer stimulus actor undergoer causal_agent causative instigator"
)
_LABELS |= {"logical subject"}
_GENERAL = word_set(
    "thing things place person people entity entities object action event someone something location one animal "
    "creature being substance item"
)
_QUESTIONS = {
    "where": "place", "what": "thing", "what's": "thing", "which": "thing", "who": "person", "whom": "person",
}  # fmt: skip
#: Participles without -ed, -en, -wn, -rn or -ing, after which a preposition may end a name ("thing cut with").
_PARTICIPLES = word_set(
    "bent bet bound bought brought built caught clung crept cut dealt done dug felt fled flung fought found gone "
    "ground heard held hit hung kept knelt laid leapt led left lit lost made met paid put read run said sat seen "
    "sent set shot slid slung sold sought spat sped spent split spun spread sprung stood struck stuck stung sung "
    "swept swum swung taught thought thrust told won wound"
)
_NOUNS = word_set("thing being opening beginning ending")
_OTHER_ROLE = re.compile(r"\b(?:of|from|to|by|on|in|with|for|than)\s+arg-?\s?[0-5a]\b(?:'s)?|\barg-?\s?[0-5a]'s", re.I)
#: Names of core roles whose parentheses are empty.
_UNNAMED = {"Arg0": "agent", "Arg1": "patient"}
_BRACKETS = str.maketrans("[]{}", "    ")
_CORE = re.compile(r"^(Arg[0-5])\s*(?:\((.*?)\)?)?$", re.DOTALL)
_MODIFIER = re.compile(r"^ArgM\s*\((.*)\)$", re.DOTALL)
_QUALIFIER = re.compile(r"\s[-–—]+\s|;|:|,?\s+if\s+|,?\s+e\.g\.|,?\s+i\.e\.")


def without_parentheses(text: str) -> str:
    """Text outside of all parentheses; an opening one that never closes cuts the rest, a stray closing one goes."""
    out, depth = [], 0
    for letter in text:
        if letter == "(":
            depth += 1
        elif letter == ")":
            depth = max(0, depth - 1)
        elif depth == 0:
            out.append(letter)
    return " ".join("".join(out).split())


@cache
def short_name(description: str) -> str:
    """The cleaned name of a core role's description, by the rule at the top of this file."""
    outside = without_parentheses(description) or description.replace("(", " ").replace(")", " ")
    text = " ".join(re.sub(r'["“”]', "", outside).translate(_BRACKETS).split()).lower()
    head = _QUALIFIER.split(text, maxsplit=1)[0].strip() or text
    alternatives = [_tidy(part) for part in re.split(r"[,/]|\bor\b", head)]
    alternatives = [part for part in alternatives if part] or [_tidy(text) or text.strip()]
    for part in alternatives:
        if part not in _LABELS and part not in _GENERAL:
            return part
    return next((part for part in alternatives if part in _GENERAL), alternatives[0])


def _tidy(part: str) -> str:
    """Step 3 of the rule; "" if nothing is left that could name a role."""
    words = strip_article(" ".join(_OTHER_ROLE.sub(" ", part).split())).strip(" .!?*").split()
    if len(words) > 1 and words[0] == words[-1] == "'":
        words = words[1:-1]
    if len(words) > 2 and words[-1] in _QUESTIONS and words[-2] in PREPOSITIONS:
        words = words[:-2]  # "location at which"
    while len(words) > 1 and words[0] in PREPOSITIONS and words[1] in _QUESTIONS:
        words = words[1:]  # "with whom"
    if words and words[0] in _QUESTIONS:
        words[0] = _QUESTIONS[words[0]]
    while words and (words[-1] in ("the", "a", "an", "and") or words[-1] in PREPOSITIONS and not _takes_one(words)):
        words = words[:-1]
    return " ".join(words)


def _takes_one(words: list[str]) -> bool:
    """Whether the preposition at the end belongs to a verb: "thing looked at", "thing to sit on", not "place to"."""
    before = words[-2] if len(words) > 1 else ""
    return (
        before.endswith(("ed", "en", "wn", "rn", "ing"))
        and before not in _NOUNS
        or before in _PARTICIPLES
        or ("to" in words[1:-2])
    )


@cache
def parse_role_key(raw: str, style: str = "short") -> tuple[str, str]:
    """(short key, name) of a raw VidSitu role key.

    style: "short" (the rule above) or "raw". ValueError for any other style and for keys that are neither
    `Arg0 (...)` .. `Arg5 (...)`, `ArgM (direction|manner|location|goal|purpose)` nor `Scene of the Event`.
    """
    if style not in ("short", "raw"):
        raise ValueError(f"role-name style is {style!r}; allowed: short, raw")
    text = " ".join(raw.split())
    if text.lower() == SCENE_KEY.lower():
        return "AScn", MODIFIER_NAMES["AScn"]
    if match := _CORE.match(text):
        key, description = match.group(1), (match.group(2) or "").strip()
        if not description:
            return key, _UNNAMED.get(key, "participant")
        return key, description if style == "raw" else short_name(description)
    if match := _MODIFIER.match(text):
        inside = match.group(1).lower()
        for word, key in _MODIFIERS:
            if word in inside:
                return key, MODIFIER_NAMES[key]
    raise ValueError(
        f"role key {raw!r} is not one of VidSitu's; allowed: Arg0 (...) to Arg5 (...), "
        f"ArgM (direction, manner, location, goal or purpose), {SCENE_KEY}"
    )


def raw_role_key(key: str, name: str) -> str:
    """The raw key that official files use: ("Arg0", "talker") -> "Arg0 (talker)". ValueError for an unknown key."""
    if key in CORE_ROLES:
        return f"{key} ({name})"
    if key == "AScn":
        return SCENE_KEY
    if key in MODIFIER_NAMES:
        return f"ArgM ({MODIFIER_NAMES[key]})"
    raise ValueError(f"role key is {key!r}; allowed: {', '.join((*CORE_ROLES, *MODIFIER_NAMES))}")
