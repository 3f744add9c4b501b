"""Which words of a query a lexicon knows: verbs in any form, fillers; near ones of what it does not know."""

from srlclip.language.known_words import QueryWords, query_words
from srlclip.language.lexicon import Lexicon
from srlclip.situations import Event, Role, Situation

EVENT = Event(
    "push (shove)",
    "push.01",
    (Role("Arg0", "pusher", "man in blue"), Role("Arg1", "pushed", "refrigerators"), Role("AScn", "scene", "castle")),
)
LEXICON = Lexicon.from_situations([Situation("clip", None, (EVENT,))])


def test_a_known_word_is_not_called_unknown_for_its_neighbours():
    words = query_words("A man opens a box and drinks milk", LEXICON)
    assert words == QueryWords(("man",), (("opens", ""), ("box", ""), ("drinks", ""), ("milk", "")))


def test_verbs_are_known_in_their_forms_and_small_words_are_not_asked_for():
    assert query_words("He is pushing it; they pushed in the castle", LEXICON).known == ("pushing", "pushed", "castle")
    assert query_words("he is with the", LEXICON) == QueryWords()


def test_a_near_word_is_suggested_and_a_far_or_short_one_is_not():
    unknown = dict(query_words("a mann puhses a refrigerator near the castel or cart", LEXICON).unknown)
    assert (
        unknown["refrigerator"] == "refrigerators" and unknown["castel"] == "castle" and unknown["puhses"] == "pushes"
    )
    assert unknown["cart"] == "" and unknown["mann"] == ""


def test_any_text_is_answered():
    assert query_words("", LEXICON) == QueryWords()
    assert len(query_words("x" * 10_000 + " \U0001f600 ‮", LEXICON).unknown) == 1
