"""Small rules of English for captions: articles, third person, head nouns. Word lists and suffixes, no model.

They need not parse everything: an unknown word falls back to the regular rule.
"""

from __future__ import annotations

import re
from functools import lru_cache


def word_set(text: str) -> frozenset[str]:
    """The words of a list written as one text."""
    return frozenset(text.split())


PREPOSITIONS = word_set(
    "of in on at to from with by for into onto over under near towards toward through across along behind beside "
    "between inside outside around about against off out up down above below before after during beneath "
    "underneath among amid past within without next via upon like as atop throughout alongside beyond"
)
DETERMINERS = word_set(
    "a an the this that these those his her hers its their our my your some any each every both all no another "
    "one two three four five six seven eight nine ten many several few most other various"
)
PRONOUNS = word_set(
    "he she it they him them her someone somebody something everyone everybody everything anyone no-one nobody "
    "nothing himself herself itself themselves each-other who you i we us me here there outside inside outdoors "
    "indoors"
)
MASS = word_set(
    "water fire air smoke snow sand rain blood food hair money clothing furniture traffic dust light darkness "
    "grass mud ice space beer wine coffee tea music luggage equipment paper dirt debris space wood metal "
    "sunlight"
)
_IRREGULAR_PLURALS = word_set(
    "men women people children feet teeth mice geese police policemen policewomen firemen gentlemen cattle sheep "
    "soldiers others both clothes pants trousers glasses scissors jeans"
)
_SINGULAR_S = word_set("bus dress boss glass gas octopus cactus princess waitress actress hostess campus lens")
#: Words in -ing that are nouns, so that they do not end a noun phrase as participles do.
_ING_NOUNS = word_set(
    "building king ring thing ceiling wedding painting clothing evening morning string wing swing railing being "
    "crossing earring drawing opening viking sibling sling lightning landing meeting parking"
)
_ING_VERBS = word_set("bring sing ring swing cling fling spring sting string wring sling king ping wing ding")
_ARTICLE = re.compile(r"^(?:(?:the|an|a)\s+)+", re.IGNORECASE)
_THIRD = {"be": "is", "have": "has", "do": "does", "go": "goes"}
_PLURAL = {"be": "are"}

#: Nouns of beings that can act; used to tell who could swap places with an agent.
ANIMATE = word_set(
    "man men woman women boy boys girl girls person people kid kids child children baby guy guys lady ladies "
    "gentleman male female teenager teen adult king queen prince princess robot panda rabbit wizard witch soldier "
    "soldiers officer officers police policeman cop cops doctor nurse patient driver waiter waitress guard guards "
    "knight monster zombie alien android magician sorcerer bunny hare ruler puppy kitten creature animal dog dogs "
    "cat cats horse horses bird birds lion tiger bear wolf monkey snake dinosaur elephant cow pig fish shark "
    "mother father mom dad son daughter brother sister friend friends husband wife couple family crowd group gang "
    "team band audience student students teacher boss clerk priest nun bride groom butler maid clown actor "
    "actress singer dancer pilot captain chef cook criminal thief prisoner victim agent detective sheriff cowboy "
    "pirate ninja vampire ghost angel demon superhero hero villain elf dwarf giant goblin troll someone somebody "
    "him he she them they himself herself player players worker workers passenger passengers stranger reporter "
    "lawyer judge"
)
_GROUPS = word_set("group crowd pair couple bunch team gang row line number lot dozen")


def words_of(text: str) -> list[str]:
    """Words of a caption without the punctuation around them: "It's a man, here." -> ["It's", "a", "man", "here"]."""
    return re.findall(r"\w+(?:['’\-]\w+)*", text)


def normalise(text: str) -> str:
    """For comparing captions: lower case, single spaces, no spaces at the ends."""
    return " ".join(text.lower().split())


@lru_cache(maxsize=65536)
def strip_article(text: str) -> str:
    """Without leading articles: "the the turner" -> "turner"."""
    return _ARTICLE.sub("", text)


@lru_cache(maxsize=65536)
def clean_filler(text: str) -> str:
    """A filler as prompts use it: single spaces, no trailing punctuation; "" if no letter or digit is in it ("-")."""
    out = " ".join(text.split())
    if not any(letter.isalnum() for letter in out):
        return ""
    return out.rstrip(" .,;:-").lstrip(" ,;:")


@lru_cache(maxsize=65536)
def head_index(phrase: str) -> int:
    """Index of the head noun among phrase.split(); -1 for an empty phrase.

    "the old man standing in a yellow shirt" -> 2: the last word before a preposition, participle, comma or conjunction.
    """
    tokens = phrase.split()
    start = 0
    while start < len(tokens) - 1 and _bare(tokens[start]) in DETERMINERS | PREPOSITIONS:
        start += 1
    head = start
    for i in range(start, len(tokens)):
        word = _bare(tokens[i])
        if i > start and _ends_phrase(word, tokens[i + 1 : i + 2]):
            break
        head = i
        if tokens[i].endswith((",", ";", ".", ":")):
            break
    return head if tokens else -1


def _bare(token: str) -> str:
    return token.strip(".,;:!?\"'()").lower()


def _ends_phrase(word: str, following: list[str]) -> bool:
    if word in PREPOSITIONS or word in ("and", "or", "who", "that", "which", "is", "while", "wearing", "&", "then"):
        return True
    if word.endswith("ing") and len(word) > 4 and word not in _ING_NOUNS:
        return True
    after = _bare(following[0]) if following else ""
    return (word.endswith("ed") or word == "sat") and after in PREPOSITIONS


def head_noun(phrase: str) -> str:
    """The head noun in lower case, "" for an empty phrase: "trunk of a taxi" -> "trunk"."""
    at = head_index(phrase)
    return _bare(phrase.split()[at]) if at >= 0 else ""


def is_clause(phrase: str) -> bool:
    """Whether a filler tells an act rather than names a thing: "to help the other man", "how to swim", "getting up"."""
    words = [word.lower() for word in words_of(phrase)[:2]] + ["", ""]
    first, second = words[:2]
    if first == "to":
        return bool(second) and second not in DETERMINERS and second not in PRONOUNS and second not in PREPOSITIONS
    if first in ("that", "what", "whether", "if", "because", "why"):
        return second in PRONOUNS
    return first == "how" or (first.endswith("ing") and first not in _ING_NOUNS and len(first) > 4)


def is_animate(phrase: str) -> bool:
    """Whether the phrase names a being: by its head noun, or by what a group is made of."""
    head = head_noun(phrase)
    if head in _GROUPS:
        return any(_bare(word) in ANIMATE - _GROUPS for word in phrase.split())
    return head in ANIMATE or head.endswith(("man", "woman", "men", "women")) and len(head) > 3


def is_plural(phrase: str) -> bool:
    """Whether a verb after the phrase takes its plural form."""
    words = [_bare(word) for word in phrase.split()]
    head = head_noun(phrase)
    if any(a == "and" and i for i, a in enumerate(words)) and _conjuncts(phrase)[1:]:
        return True
    return _plural_noun(head) or (
        bool(words) and words[0] in {"they", "these", "those", "both", "two", "three", "four"}
    )


def _plural_noun(noun: str) -> bool:
    if noun in _IRREGULAR_PLURALS or noun.endswith("men") and noun not in ("specimen", "omen"):
        return True
    return noun.endswith("s") and not noun.endswith(("ss", "us", "is", "'s")) and noun not in _SINGULAR_S


def indefinite(word: str) -> str:
    """ "a" or "an" for the word that follows."""
    low = word.lower().lstrip("\"'(")
    vowel = (
        low[:1] in "aeiou"
        and not low.startswith(("uni", "use", "eu", "one", "ufo"))
        or low.startswith(("hour", "honest", "heir"))
    )
    return "an" if vowel else "a"


def with_article(phrase: str) -> str:
    """A noun phrase with "a" or "an" where English wants one: "man in red and woman" -> "a man in red and a woman"."""
    return " and ".join(_article(part) for part in _conjuncts(phrase))


def _conjuncts(phrase: str) -> list[str]:
    """Parts around " and " when every part names a being; else the phrase whole ("black and white dog")."""
    parts = re.split(r"\s+and\s+", phrase)
    return parts if len(parts) > 1 and all(is_animate(part) for part in parts) else [phrase]


def _article(phrase: str) -> str:
    tokens = phrase.split()
    first = _bare(tokens[0]) if tokens else ""
    head = head_noun(phrase)
    quoted = phrase[:1] in ('"', "'", "“", "‘")
    named = quoted or tokens and tokens[0][:1].isupper() and not tokens[0].isupper() and first not in ANIMATE
    possessive = first.endswith(("'s", "’s")) and len(tokens) > 1
    closed = first in DETERMINERS or first in PRONOUNS or first in PREPOSITIONS or first.isdigit()
    if not tokens or closed or named or head in MASS or _plural_noun(head):
        return phrase
    if possessive and first[:-2] not in ANIMATE:
        return phrase
    return f"{indefinite(tokens[0])} {phrase}"


def third_person(verb: str, plural: bool = False) -> str:
    """The present-tense form of a lemma after its subject; only the first word of "pick up" changes.

    Regular rule plus be, have, do, go; a lemma already in -ing ("speaking") takes "is" or "are".
    """
    first, _, rest = verb.partition(" ")
    low = first.lower()
    if low.endswith("ing") and len(low) > 4 and low not in _ING_VERBS:
        form = f"{'are' if plural else 'is'} {first}"
    elif plural:
        form = _PLURAL.get(low, first)
    elif low in _THIRD:
        form = _THIRD[low]
    elif re.search(r"(?:[sxz]|ch|sh|o)$", low):
        form = first + ("zes" if re.search(r"[aeiou]z$", low) and len(low) <= 4 else "es")
    elif re.search(r"[^aeiou]y$", low):
        form = first[:-1] + "ies"
    else:
        form = first + "s"
    return f"{form} {rest}".rstrip()


def replace_word(text: str, index: int, new: str) -> str:
    """text.split() with word `index` replaced, its punctuation kept and an "a"/"an" before it set right."""
    tokens = text.split()
    old = tokens[index]
    lead = old[: len(old) - len(old.lstrip("\"'("))]
    trail = old[len(old.rstrip(".,;:!?\"')")) :]
    tokens[index] = f"{lead}{new}{trail}"
    if index and tokens[index - 1].lower() in ("a", "an"):
        article = indefinite(new)
        tokens[index - 1] = article.capitalize() if tokens[index - 1][0].isupper() else article
    return " ".join(tokens)
