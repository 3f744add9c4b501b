"""VidSitu's role keys: `Arg0 (talker)`, `ArgM (direction)`, `Scene of the Event` -> (short key, name for prompts).

The rule for `short` names, in order (the paper shortens by no stated rule; this one reproduces its printed examples):
1. text in parentheses, nested or not, and double quotes go; so does what follows ` - `, `;`, `:` or `, if`;
2. what is left is split into alternatives at commas, slashes and the word "or";
3. leading articles go;
4. the first alternative wins that is neither a bare role label ("agent", "theme") nor a bare general noun ("thing",
   "place"); without one, the first general noun; else the first label;
5. everything is lower case.

    lifter, raiser -> lifter                         agent, smasher -> smasher
    thing looked at or for or on -> thing looked at  place or thing entered -> thing entered

`raw` keeps the annotation's words, with spaces normalised.
"""

from __future__ import annotations

import re
from functools import cache

from srlclip.english import strip_article, word_set
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
#: Names of core roles whose parentheses are empty.
_UNNAMED = {"Arg0": "agent", "Arg1": "patient"}
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
    text = outside.replace('"', "").replace("“", "").replace("”", "").lower()
    head = _QUALIFIER.split(text, maxsplit=1)[0].strip() or text
    alternatives = [_tidy(part) for part in re.split(r"[,/]|\bor\b", head)]
    alternatives = [part for part in alternatives if part] or [_tidy(text) or text.strip()]
    for part in alternatives:
        if part not in _LABELS and part not in _GENERAL:
            return part
    return next((part for part in alternatives if part in _GENERAL), alternatives[0])


def _tidy(part: str) -> str:
    words = strip_article(" ".join(part.split())).strip(" .!?*")
    if len(words) > 1 and words[0] == words[-1] == "'":
        words = words[1:-1]
    return "" if words in ("the", "a", "an") else words


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
