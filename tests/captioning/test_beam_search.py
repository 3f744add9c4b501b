"""Greedy and beam search against hand-made tables, and the words that a captioner can say."""

import math

import pytest
import torch

from srlclip.captioning.beam_search import search
from srlclip.captioning.vocabulary import BEGIN, END, PAD, UNKNOWN, Vocabulary

A, B, C = 4, 5, 6
CPU = torch.device("cpu")


def table(rules, size=7):
    """next_logits from {prefix without BEGIN: {token: probability}}; what is not named is all but impossible."""

    def next_logits(tokens, items):
        out = torch.full((len(tokens), size), -50.0)
        for row, prefix in enumerate(tokens.tolist()):
            assert prefix[0] == BEGIN
            for token, share in rules.get(tuple(prefix[1:]), {END: 1.0}).items():
                out[row, token] = math.log(share)
        return out

    return next_logits


def random_logits(seed, size=9):
    """A scorer whose logits depend on the item and the whole prefix; they are never the same tensor twice."""

    def next_logits(tokens, items):
        rows = []
        for item, prefix in zip(items.tolist(), tokens.tolist(), strict=True):
            number = hash((seed, item, tuple(prefix))) % 2**31
            rows.append(2 * torch.randn(size, generator=torch.Generator().manual_seed(number)))
        return torch.stack(rows)

    return next_logits


def by_hand(next_logits, item, limit):
    """Greedy search as one would write it down: (tokens, mean log-probability)."""
    said, total = [BEGIN], 0.0
    while len(said) <= limit and END not in said:
        logits = next_logits(torch.tensor([said]), torch.tensor([item]))[0]
        logits[[PAD, BEGIN, UNKNOWN]] = float("-inf")
        shares = logits.log_softmax(-1)
        said.append(max(range(len(shares)), key=lambda i: float(shares[i])))
        total += float(shares[said[-1]])
    return said[1:], total / len(said[1:])


def exhaustive(next_logits, item, limit, words):
    """The best of all captions of at most `limit` tokens."""
    best, queue = (float("-inf"), ()), [((), 0.0)]
    while queue:
        said, total = queue.pop()
        logits = next_logits(torch.tensor([[BEGIN, *said]]), torch.tensor([item]))[0]
        logits[[PAD, BEGIN, UNKNOWN]] = float("-inf")
        shares = logits.log_softmax(-1)
        for token in (END, *words):
            now, sum_ = (*said, token), total + float(shares[token])
            if token == END or len(now) == limit:
                best = max(best, (sum_ / len(now), now))
            else:
                queue.append((now, sum_))
    return best


def row(found, i):
    return [t for t in found.tokens[i].tolist() if t != PAD]


def test_greedy_search_is_the_hand_written_loop():
    score = random_logits(1)
    found = search(score, 12, 1, 5, CPU)
    lengths = set()
    for i in range(12):
        tokens, mean = by_hand(score, i, 5)
        assert row(found, i) == tokens and float(found.log_prob[i]) == pytest.approx(mean, abs=1e-5)
        lengths.add(len(tokens))
    assert len(lengths) > 1  # some ended early, behind which only padding stands
    for tokens in found.tokens.tolist():
        assert END not in tokens or set(tokens[tokens.index(END) + 1 :]) <= {PAD}


def test_beams_find_the_best_caption_where_greedy_search_does_not():
    rules = {(): {A: 0.6, B: 0.4}, (A,): {C: 0.51, END: 0.49}, (A, C): {END: 0.5, A: 0.5}, (B,): {END: 1.0}}
    greedy, two = (search(table(rules), 1, k, 4, CPU) for k in (1, 2))
    assert row(greedy, 0)[:2] == [A, C]
    assert row(two, 0) == [B, END] and float(two.log_prob) == pytest.approx(math.log(0.4) / 2, abs=1e-5)
    assert float(two.log_prob) > float(greedy.log_prob)


def test_wide_beams_agree_with_trying_everything():
    for seed in range(4):
        score = random_logits(seed, size=6)  # two words
        found = search(score, 2, 64, 4, CPU)
        for i in range(2):
            mean, tokens = exhaustive(score, i, 4, (A, B))
            assert row(found, i) == list(tokens) and float(found.log_prob[i]) == pytest.approx(mean, abs=1e-5)


def test_captions_are_compared_by_their_mean_so_a_long_one_may_win():
    # Sums: short log 0.3 = -1.20, long log 0.5 + 3 log 0.8 = -1.36; means: -0.60 and -0.34.
    rules = {(): {A: 0.5, B: 0.3, C: 0.2}, (B,): {END: 1.0}, (C,): {END: 1.0}}
    rules |= {(A,) * n: {A: 0.8, END: 0.2} for n in (1, 2)} | {(A,) * 3: {END: 0.8, A: 0.2}}
    found = search(table(rules), 1, 3, 6, CPU)
    assert row(found, 0) == [A, A, A, END]
    assert float(found.log_prob) == pytest.approx((math.log(0.5) + 3 * math.log(0.8)) / 4, abs=1e-4)
    # On the way, too: two captions that ended have the better sums, but the longer one must stay among two beams.
    rules = {(): {A: 0.6, END: 0.3, B: 0.1}, (A,): {END: 0.4, A: 0.35, B: 0.25}, (A, A): {A: 1.0}, (A,) * 3: {END: 1.0}}
    assert row(search(table(rules), 1, 2, 6, CPU), 0) == [A, A, A, END]


@pytest.mark.parametrize("beams", [1, 3])
def test_a_caption_that_never_ends_is_cut_at_the_limit(beams):
    def never(tokens, items):
        return torch.tensor([0.0, 0.0, -1e9, 0.0, 2.0, 1.0, 0.0]).repeat(len(tokens), 1)

    for count in (1, 2):  # a batch of one, too
        found = search(never, count, beams, 15, CPU)
        assert found.tokens.tolist() == [[A] * 15] * count and bool(torch.isfinite(found.log_prob).all())


def test_no_items_give_no_captions():
    def nothing(tokens, items):
        raise AssertionError("there is nothing to score")

    found = search(nothing, 0, 3, 5, CPU)
    assert found.tokens.shape[0] == 0 and found.log_prob.shape == (0,)


@pytest.mark.parametrize("beams", [1, 2, 4])
def test_items_searched_together_equal_each_alone(beams):
    score = random_logits(7)
    together = search(score, 6, beams, 5, CPU)
    for i in range(6):
        alone = search(lambda tokens, items, i=i: score(tokens, items + i), 1, beams, 5, CPU)
        assert row(together, i) == row(alone, 0)
        assert float(together.log_prob[i]) == pytest.approx(float(alone.log_prob), abs=1e-6)


@pytest.mark.parametrize("beams", [1, 4])
def test_padding_begin_and_the_unknown_word_are_never_said_and_the_scores_are_left_alone(beams):
    scores = torch.tensor([[9.0, 9.0, 0.0, 9.0, 0.5, 0.2]])
    before = scores.clone()
    found = search(lambda tokens, items: scores.expand(len(tokens), -1), 1, beams, 3, CPU)
    said = row(found, 0)
    assert not {BEGIN, UNKNOWN} & set(said) and A in said
    share = float(scores[0, [END, 4, 5]].softmax(0)[1])  # of what may be said
    assert float(found.log_prob) == pytest.approx(math.log(share), abs=1e-5)
    assert torch.equal(scores, before)


@pytest.mark.parametrize("beams", [1, 2, 5])
def test_of_equal_captions_the_earlier_stays(beams):
    rules = {(): {A: 0.5, B: 0.5}, (A,): {END: 1.0}, (B,): {END: 1.0}}
    assert row(search(table(rules), 1, beams, 3, CPU), 0) == [A, END]


@pytest.mark.parametrize("words", [0, 1, 2])
def test_more_beams_than_words_are_no_trouble(words):
    rules = {(): {A: 0.9, END: 0.1}} if words else {}
    found = search(table(rules, 4 + words), 3, 20, 3, CPU)
    assert [row(found, i) for i in range(3)] == [[A, END] if words else [END]] * 3
    assert bool(torch.isfinite(found.log_prob).all())


@pytest.mark.parametrize(("beams", "limit"), [(0, 5), (1, 0), (-1, 5)])
def test_no_beams_and_no_words_are_refused(beams, limit):
    with pytest.raises(ValueError, match=f"beams is {beams} and limit {limit}; both must be 1 or more"):
        search(random_logits(0), 1, beams, limit, CPU)


TEXTS = ("man in a Yellow shirt.", "the man's dog - big", "naïve café 東京 🐶", "Man", "-", "man , woman")


def test_words_come_back_letter_by_letter():
    vocabulary = Vocabulary.from_texts(TEXTS)
    for text in TEXTS:
        assert vocabulary.decode(vocabulary.encode(text, 15)) == text
    assert {"Man", "man", "shirt.", "-", ","} <= set(vocabulary.words)
    assert Vocabulary(vocabulary.words).encode(TEXTS[2], 9) == vocabulary.encode(TEXTS[2], 9)


def test_frequent_words_stand_first_and_rare_ones_are_unknown():
    vocabulary = Vocabulary.from_texts(["b a", "b a c", "b d d"], least=2)
    assert vocabulary.words == ("b", "a", "d") and len(vocabulary) == 7
    assert vocabulary.encode("b c  d x", 15) == [4, UNKNOWN, 6, UNKNOWN, END]
    assert vocabulary.decode([4, UNKNOWN, 6, PAD, END, 5]) == "b d"
    assert len(Vocabulary.from_texts([])) == 4 and Vocabulary([]).encode("a", 3) == [UNKNOWN, END]


def test_long_fillers_are_cut_and_still_end():
    vocabulary = Vocabulary(["a", "b"])
    assert vocabulary.encode("a b a b", 3) == [4, 5, 4, END]
    assert vocabulary.encode("a b", 2) == [4, 5, END] and vocabulary.encode("", 3) == [END]
    assert vocabulary.decode([4, 5]) == "a b" and vocabulary.decode([END, 4]) == "" and vocabulary.decode([]) == ""


@pytest.mark.parametrize("word", ["", " ", "two words", "tab\t", "a\u00a0b", None, 3, ["a"]])
def test_what_is_no_word_is_refused_by_name(word):
    with pytest.raises(ValueError, match="of the vocabulary; allowed: text without white space") as error:
        Vocabulary(["a", word])
    assert repr(word) in str(error.value)


def test_a_word_that_stands_twice_is_refused_by_name():
    with pytest.raises(ValueError, match="word 'b' stands twice"):
        Vocabulary(["a", "b", "b"])
