"""The facade on a tiny trained pair: what it says adds up, is JSON, and is the same from many threads."""

import json
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from srlclip.comparison.comparison import Comparison
from srlclip.results import MODELS, to_json
from srlclip.situations import DataError

pytestmark = pytest.mark.usefixtures("own_cache")


@pytest.fixture(scope="module")
def comparison(tiny_clip, tiny_run, world):
    return Comparison.load(str(tiny_clip), str(tiny_run / "model"), world)


def test_shares_add_up_to_the_score_that_search_shows(comparison):
    clip = comparison.clip_ids()[2]
    result = comparison.explain(clip, 1)
    assert result.text == comparison.true_caption(clip, 1).text == result.asked and result.role == ""
    line, shares = comparison.timeline(clip, result.text), comparison.frame_shares(clip, result.text)
    assert result.span == line.spans[1] and result.times == shares.moments[1] == (2.25, 2.75, 3.25, 3.75)
    for model in MODELS:
        assert sum(result.frames[model]) == pytest.approx(result.score[model], abs=1e-9)
        assert result.score[model] == pytest.approx(line.scores[model][1], abs=1e-5)
        np.testing.assert_allclose(np.sum(shares.shares[model], 1), line.scores[model], atol=1e-5)
        np.testing.assert_allclose(shares.shares[model][1], result.frames[model], atol=1e-5)
        np.testing.assert_allclose(shares.scores[model], line.scores[model], atol=1e-5)


def test_maps_are_shares_on_one_scale(comparison):
    result = comparison.explain(comparison.clip_ids()[0], 3)
    for model in MODELS:
        grids = np.array(result.maps[model])
        assert grids.shape == (4, 4, 4) and grids.min() >= 0 and grids.sum() in (0, pytest.approx(1, abs=1e-4))
        assert sum(word.weight[model] for word in result.words) in (0, pytest.approx(1, abs=1e-4))
    assert result.peak == pytest.approx(max(np.max(result.maps[m]) for m in MODELS), abs=1e-6)
    assert (result.seen.left, result.seen.top, result.seen.width, result.seen.height) == (0, 0, 1, 1)  # square frames
    assert json.loads(json.dumps(to_json(result)))["base_maps"] == [[list(row) for row in g] for g in result.maps.base]


def test_what_a_role_and_a_word_change_is_the_difference_of_two_scores(comparison):
    clip = comparison.clip_ids()[1]
    result = comparison.explain(clip, 0)
    events = comparison.situation(clip).events[0]
    assert [part.key for part in result.parts] == [role.key for role in events.visible_roles]
    assert [word.word for word in result.words] == result.text.split()
    words = result.text.split()
    for without, change in [
        *((part.without, part.change) for part in result.parts),
        (" ".join(words[1:]), result.words[0].change),
    ]:
        then = comparison.timeline(clip, without).scores
        for model in MODELS:
            assert change[model] == pytest.approx(then[model][0] - result.score[model], abs=1e-5)


def test_a_role_shows_where_its_words_alone_are_seen(comparison):
    clip = comparison.clip_ids()[1]
    whole, part = comparison.explain(clip, 0), comparison.explain(clip, 0, role="Arg0")
    assert part.role == "Arg0" and part.asked in part.text and part.asked != part.text
    assert part.maps != whole.maps and part.score == whole.score and part.frames == whole.frames
    alone = comparison.explain(clip, 0, part.asked)
    np.testing.assert_allclose(part.maps.base, alone.maps.base, atol=1e-5)


def test_free_text_uploads_and_one_word(comparison, mp4):
    clip = comparison.add_video(str(mp4(frames=300, size=(96, 48))))
    result = comparison.explain(clip, 4, "  a man   runs in a park ")
    assert result.text == "a man runs in a park" and "in a park" in [part.words for part in result.parts]
    assert result.seen.width == pytest.approx(0.5) and result.seen.left == pytest.approx(0.25) and result.seen.top == 0
    one = comparison.explain(clip, 0, "man")
    assert one.words[0].change.base is None and one.parts[0].change == one.words[0].change
    assert comparison.explain(clip, 0, "man " * 90).truncated and len(comparison.explain(clip, 0, "man " * 90).words) == 75  # fmt: skip
    with pytest.raises(DataError, match="has no labels; type a text"):
        comparison.explain(clip, 0)


@pytest.mark.parametrize(("arguments", "words"), [
    ((9,), "event 9 of .*; allowed: 0 to 4"),
    ((0, "", "Arg9"), "no role 'Arg9'"),
])  # fmt: skip
def test_wrong_input_is_a_sentence(comparison, arguments, words):
    with pytest.raises(ValueError, match=words):
        comparison.explain(comparison.clip_ids()[0], *arguments)
    with pytest.raises(DataError, match="no clip"):
        comparison.explain("nobody", 0)
    with pytest.raises(ValueError, match="query is empty"):
        comparison.frame_shares(comparison.clip_ids()[0], " ")


def test_threads_get_the_answers_that_they_would_get_alone(comparison):
    asked = [(clip, k) for clip in comparison.clip_ids()[:3] for k in (0, 2, 4)]
    alone = [comparison.explain(*one) for one in asked]
    with ThreadPoolExecutor(6) as pool:
        together = list(pool.map(lambda one: comparison.explain(*one), asked))
    for a, b in zip(alone, together, strict=True):
        assert a.text == b.text and a.score.adapted == pytest.approx(b.score.adapted, abs=1e-6)
        np.testing.assert_allclose(a.maps.adapted, b.maps.adapted, atol=1e-5)
