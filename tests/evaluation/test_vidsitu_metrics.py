"""VidSitu's metrics: the official evaluator's numbers on its fixture, closed forms by hand, and every odd case."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from srlclip.data.predictions import EventPrediction, VerbPrediction, read_srl_predictions
from srlclip.data.vidsitu import read_vidsitu, split_segments
from srlclip.evaluation.metrics.bootstrap import bootstrap
from srlclip.evaluation.metrics.caption_scores import cider, rouge_l
from srlclip.evaluation.metrics.lea import LinkCounts, clusters, resolved
from srlclip.evaluation.metrics.vidsitu import (
    Scores,
    VerbEvent,
    choose_references,
    srl_items,
    verb_accuracy,
    verb_recall,
)
from srlclip.evaluation.vidsitu import Predictions, score, summarise
from srlclip.situations import Event, Role, Situation

FIXTURE = Path(__file__).parents[1] / "fixtures" / "srl_metrics_fixture.json"
#: What the official code returns for the fixture.
ORACLE = {
    "cider": 2.7481315979369136,
    "rouge": 0.8322629615457829,
    "MacroVb_cider": 2.7589345363440927,
    "MacroVb_rouge": 0.8397395268575313,
    "MacroArg_cider": 2.703530829183939,
    "MacroArg_rouge": 0.8413366321945114,
    "lea": 0.694037299876831,
    "lea_soft": 0.9847706589074231,
    "Arg0_cider": 3.1291796141,
    "Arg1_cider": 2.0562552661,
    "Arg2_cider": 1.9212822361,
    "AScn_cider": 2.9317043255,
    "ALoc_cider": 3.4792327041,
}


@pytest.fixture
def official(tmp_path):
    """The fixture as official files: (situations, predictions, the split's clip ids)."""
    content = json.loads(FIXTURE.read_text("utf-8"))
    for folder, name, key in (
        ("split_files", "vseg_split_valid_lb.json", "segs"),
        ("vseg_ann_files", "vsann_valid_lb.json", "anns"),
        (".", "srl.json", "pred"),
    ):
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / name).write_text(json.dumps(content[key]), "utf-8")
    srl = read_srl_predictions(tmp_path / "srl.json")
    return read_vidsitu(tmp_path, "valid"), srl, split_segments(tmp_path, "valid")


def clip(name, *annotators, votes=()):
    """A clip of which every annotator says, per event, {role: text}; verbs are verb0.01, verb1.01, ..."""
    sets = tuple(
        tuple(
            Event(f"verb{k}", f"verb{k}.01", tuple(Role(key, key, text) for key, text in roles.items()))
            for k, roles in enumerate(events)
        )
        for events in annotators
    )
    return Situation(name, None, sets[0] if sets else (), sets, votes)


def said(*events):
    return tuple(EventPrediction("any.01", roles) for roles in events)


def test_the_official_numbers_to_a_billionth(official):
    situations, srl, segments = official
    found = score(situations, Predictions(srl=srl), segments).official()
    for name, value in ORACLE.items():
        assert found[name] == pytest.approx(value, abs=1e-9 if name[:3] not in ("Arg", "ASc", "ALo") else 1e-10), name
    table = summarise({"a": score(situations, Predictions(srl=srl))}, 20)
    assert table["CIDEr"]["a"]["mean"] == 274.813 and table["CIDEr"]["a"]["official"] == found["cider"]
    assert table["CIDEr"]["a"]["n"] == 28 and table["LEA"]["a"]["n"] == 2 and table["CIDEr-Verb"]["a"]["n"] == 4


def test_positions_count_in_the_split_and_not_in_what_could_be_read(official):
    situations, srl, segments = official
    whole = score(situations, Predictions(srl=srl)).official()
    moved = {position + 1: events for position, events in srl.items()}
    later = score(situations[::-1], Predictions(srl=moved), ["v_gone_seg_0_10", *segments])
    assert later.official() == whole and later.covered.segments == 3 and later.covered.srl == 2
    with pytest.raises(ValueError, match="position 2, but the split has 2 clips"):
        score(situations, Predictions(srl=moved), segments)
    with pytest.raises(ValueError, match="is not in the split"):
        score(situations, Predictions(srl=srl), segments[:1])
    with pytest.raises(ValueError, match="lists a clip twice"):
        score(situations, Predictions(srl=srl), [*segments, segments[0]])


def test_accuracy_is_any_of_the_first_ten_votes_in_the_first_k():
    votes = ["a"] * 5 + ["b"] * 5  # a tie: either counts
    events = [
        VerbEvent(0, ["b", "x"], votes),
        VerbEvent(0, ["x", "a"], votes),
        VerbEvent(1, ["x", "x", "x", "x", "x", "a"], votes),  # a verb named twice still takes two places
        VerbEvent(1, ["z"], [*votes, "z"]),  # the eleventh vote does not count
        VerbEvent(1, [], votes),
    ]
    expected = {1: 1 / 5, 2: 2 / 5, 5: 2 / 5, 6: 3 / 5, 100: 3 / 5}
    assert {k: verb_accuracy(events, 2, k).official() for k in expected} == pytest.approx(expected)
    assert verb_accuracy([VerbEvent(0, ["Talk.01"], ["talk.01"])], 1, 1).official() == 0
    with pytest.raises(ValueError, match="K is 0"):
        verb_accuracy(events, 2, 0)


def test_recall_averages_verbs_with_more_than_nine_entries():
    top = ["often", "p", "q", "r", "s"]
    events = [
        VerbEvent(i, top if i < 4 else ["x"], ["often"] * 2 + ["once"] + ["seldom"] * 2 * (i < 9)) for i in range(10)
    ]
    only_often = verb_recall(events, 10)
    assert only_often.official() == pytest.approx(0.4) and len(only_often) == 1
    events = [replace(e, votes=["often"] * 2 + ["seldom"] * 2, ranked=[*e.ranked[:4], "seldom"]) for e in events]
    assert verb_recall(events, 10).official() == pytest.approx((0.4 + 1) / 2)
    # the sixth place is too late, and the second vote must be among the first ten
    late = [VerbEvent(i, ["p", "q", "r", "s", "t", "a"], ["a"] * 2) for i in range(10)]
    assert verb_recall(late, 10).official() == 0
    eleventh = [VerbEvent(0, ["a"], ["a", *"bcdefghij", "a"])] * 10
    assert len(verb_recall(eleventh, 1)) == 0 and np.isnan(verb_recall(eleventh, 1).official())


@pytest.mark.parametrize(
    "key, system, expected",
    [
        (["ab", "c"], ["ab", "c"], (3, 3, 3, 3)),
        # {a, b, c}: one of three links survives; {a, b} resolved, c is alone only in the system
        (["abc"], ["ab", "c"], (2, 3, 1, 3)),
        (["a", "b"], ["a"], (1, 1, 1, 2)),
        (["abcd"], ["ab", "cd"], (4, 4, 4 * 2 / 6, 4)),
        (["ab"], [], (0, 0, 0, 2)),
    ],
)
def test_lea_by_hand(key, system, expected):
    assert (*resolved(system, key), *resolved(key, system)) == pytest.approx(expected)


def test_soft_lea_weighs_precision_by_the_mentions_scores():
    assert resolved(["ab", "c"], ["abc"], {"a": 2.0, "b": 1.0, "c": 5.0}) == (2 * 3.0, 4 + 1)
    assert resolved(["ab"], ["ab"], {"a": 2.0}) == (4.0, 4)


def test_lea_agrees_with_counting_every_link():
    rng = np.random.default_rng(0)
    for _ in range(50):
        own, other = (clusters((m, str(rng.integers(4))) for m in range(9) if rng.random() < 0.8) for _ in range(2))
        expected = 0.0
        for cluster in own:
            links = [(a, b) for i, a in enumerate(cluster) for b in cluster[i + 1 :]]
            kept = [any(a in o and b in o for o in other) for a, b in links]
            alone = [len(cluster) == 1 and cluster in other]
            expected += len(cluster) * np.mean(kept or alone)
        assert resolved(own, other)[0] == pytest.approx(expected)


def test_cider_and_rouge_of_odd_texts():
    assert cider([["a man"]], ["a man"]).tolist() == [0.0]  # a group of one
    assert cider([[""], ["  "]], ["x", ""]).tolist() == [0.0, 0.0]
    assert cider([], []).tolist() == [] and rouge_l([], []).tolist() == []
    some = cider([["a man", ""], ["dog"]], ["a man", ""])
    assert some[0] > 0 and some[1] == 0
    assert cider([["A man"], ["dog"]], ["a man", "dog."]).tolist()[1] == 0  # no tokeniser, no lower-casing
    assert rouge_l([["the red bus"], ["bus"], [""]], ["the red bus", "", ""]).tolist() == [1.0, 0.0, 1.0]
    with pytest.raises(ValueError, match="one or more references"):
        cider([[]], ["x"])


def test_silence_is_scored_as_nothing_said_and_a_missing_clip_is_counted():
    truth = [{"Arg0": "tall man", "AScn": "park"}, {"Arg0": "tall man"}]
    clips = [clip("a", truth, truth, truth), clip("b", truth, truth, truth)]
    full = said(*truth)
    whole = score(clips, Predictions(srl={0: full, 1: full}))
    half = score(clips, Predictions(srl={0: full}))
    assert half.official()["cider"] == pytest.approx(whole.official()["cider"] / 2)
    assert half.official()["rouge"] == 0.5 and half.official()["lea"] == pytest.approx(2 / 3)  # P 1, R 1/2
    assert (half.covered.annotated, half.covered.srl, half.covered.verbs) == (2, 1, None)
    assert [item.hypothesis for item in half.items.items] == ["tall man", "park", "tall man", "", "", ""]
    for nothing in ((), said({}, {}), said({})):
        assert score(clips, Predictions(srl={0: full, 1: nothing})).official() == half.official()
    # "" is a mention of LEA, silence is none: the two empty Arg0 are one cluster, as in the annotation
    empty = score(clips, Predictions(srl={0: full, 1: said({"Arg0": ""}, {"Arg0": ""})})).official()
    assert empty["cider"] == half.official()["cider"] and empty["lea"] > half.official()["lea"]


def test_only_five_roles_are_scored_whatever_the_predicted_verb():
    truth = [{"Arg0": "man", "Arg3": "x", "AMnr": "slowly", "ALoc": "road"}]
    items = srl_items([[clip("a", truth).events]], [[{"Arg0": "man", "AMnr": "slowly", "AScn": "road"}]])
    assert [(i.role, i.references, i.hypothesis) for i in items] == [("Arg0", ("man",), "man"), ("ALoc", ("road",), "")]
    assert items[0].verb_id == "verb0.01"


def test_more_than_three_annotators_are_permuted_by_the_official_seed():
    sets = [[f"{c}{a}" for a in range(n)] for c, n in enumerate((5, 3, 1, 4))]
    np.random.seed(5)
    expected = [[s[i] for i in np.random.permutation(len(s))][:3] for s in sets]
    np.random.seed(0)
    before = np.random.get_state()[1].tolist()
    assert choose_references(sets) == expected and [len(s) for s in expected] == [3, 3, 1, 3]
    assert np.random.get_state()[1].tolist() == before  # nobody else's generator is touched
    five = clip("a", *([{"Arg0": f"man {a}"}] for a in range(5)))
    items = score([five], Predictions(srl={0: said({"Arg0": "man"})})).items.items
    assert items[0].references == tuple(f"man {s[1]}" for s in expected[0])


def test_fewer_than_three_annotators_and_annotators_who_differ():
    one, two = [{"Arg0": "man", "Arg1": "box"}], [{"Arg0": "boy", "Arg2": "girl"}, {"Arg0": "boy"}]
    clips = [clip("a", one, two), clip("b", one)]
    prediction = {0: said({"Arg0": "man", "Arg1": "box", "Arg2": "man"}), 1: said(*one)}
    found = score(clips, Predictions(srl=prediction))
    first, *_ = choose_references([clips[0].annotations])
    leader, follower = (two, one) if first[0] == clips[0].annotations[1] else (one, two)
    # items are the leading annotator's; the other one gives a reference only for the roles that he has
    references = {(i.event, i.role): i.references for i in found.items.items if i.clip == 0}
    assert references.keys() == {(k, role) for k, roles in enumerate(leader) for role in roles}
    assert references[0, "Arg0"] == (leader[0]["Arg0"], follower[0]["Arg0"])
    assert all(len(texts) == 1 for key, texts in references.items() if key != (0, "Arg0"))
    # LEA has as many rounds as there are annotators; clip b's only annotator serves in both
    assert found.items.lea.counts.shape == (2, 2, 4)
    assert found.items.lea.counts[0, 1].tolist() == found.items.lea.counts[1, 1].tolist() == [2, 2, 2, 2]
    assert np.isfinite(list(found.official().values())).all()


def test_a_role_key_that_stands_twice_is_two_items():
    event = Event("a", "a.01", (Role("Arg1", "one", "box"), Role("Arg1", "two", "bag")))
    items = srl_items([[(event,), (event,)]], [[{"Arg1": "box"}]])
    assert [i.references for i in items] == [("box", "box"), ("bag", "bag")]
    assert [i.hypothesis for i in items] == ["box", "box"]


def test_a_verb_with_one_item_scores_zero_and_is_averaged():
    truth = [{"Arg0": "tall man", "Arg1": "red box"}, {"Arg0": "old dog"}]
    one = score([clip("a", truth)], Predictions(srl={0: said(*truth)}))
    metrics = one.items.metrics()
    assert one.items.in_verb.tolist() == pytest.approx([5.0, 5.0, 0.0])  # two of four n-gram lengths match in full
    assert metrics["CIDEr-Verb"].official() == pytest.approx(2.5) and len(metrics["CIDEr-Verb"]) == 2
    assert metrics["CIDEr Arg1"].official() == 0 and metrics["ROUGE-L-Verb"].official() == 1


def test_what_the_data_does_not_define_is_absent_and_not_zero():
    truth = [{"Arg0": "man"}]
    voted = clip("a", truth, votes=(("walk.01",) * 10,))
    both = Predictions({0: VerbPrediction((("walk.01",),))}, {0: said(*truth)})
    found = score([voted], both)
    assert "Vb@1" in found.metrics and "Rec@5" not in found.metrics and found.official()["Per_Ev_Top_1"] == 1
    assert not {"Vb@1", "Vb@5", "Rec@5"} & score([clip("a", truth)], both).metrics.keys()
    assert not score([clip("a", truth, votes=((),))], both).official().keys() & {"Per_Ev_Top_1"}
    # withheld labels: no annotators, or roles without any filler
    for bare in (Situation("a", None, ()), clip("a", [{"Arg0": ""}])):
        assert not score([bare], both).metrics and score([bare], both).covered.annotated == 0
    with pytest.raises(ValueError, match="scored roles"):
        score([clip("a", [{"Arg4": "x"}])], both)


def test_verbs_without_prediction_are_misses():
    votes = (("walk.01",) * 10,) * 2
    clips = [clip(name, [{}, {}], votes=votes) for name in "abc"]
    verbs = {0: VerbPrediction((("walk.01",), ("unheard_of.07",))), 1: VerbPrediction((("walk.01",),))}
    found = score(clips, Predictions(verbs=verbs))
    assert found.metrics["Vb@1"].values.tolist() == [1, 0, 1, 0, 0, 0] and found.covered.verbs == 2


def random_clips(count, seed=0):
    rng = np.random.default_rng(seed)
    words = ["man", "dog", "bus", "park", "old", "red", "tall", "box"]

    def phrase():
        return " ".join(rng.choice(words, size=rng.integers(1, 4)))

    clips, srl, verbs = [], {}, {}
    for i in range(count):
        sets = [[{"Arg0": phrase(), "Arg1": phrase(), "AScn": phrase()} for _ in range(5)] for _ in range(3)]
        votes = tuple((f"v{rng.integers(3)}.01",) * 5 + (f"v{rng.integers(3)}.01",) * 5 for _ in range(5))
        clips.append(clip(f"clip{i}", *sets, votes=votes))
        srl[i] = said(*({"Arg0": phrase(), "Arg1": roles["Arg1"], "AScn": ""} for roles in sets[0]))
        verbs[i] = VerbPrediction(tuple((f"v{rng.integers(3)}.01",) for _ in range(5)))
    return clips, Predictions(verbs, srl)


def test_averages_of_resamples_are_those_of_the_repeated_rows():
    rng = np.random.default_rng(1)
    values, where, group = rng.random(60), rng.integers(6, size=60), rng.integers(5, size=60)
    times = rng.integers(3, size=(8, 6)).astype(float)
    macro = Scores(values, where, 6, group, least=12)
    counts = rng.random((3, 6, 4)) + 1
    for number, row in enumerate(times.astype(int)):
        rows = np.concatenate([np.flatnonzero(where == c) for c in range(6) for _ in range(row[c])])
        means = [values[rows][group[rows] == g].mean() for g in range(5) if (group[rows] == g).sum() >= 12]
        expected = np.mean(means) if means else np.nan
        assert macro.average(times)[number] == pytest.approx(expected, nan_ok=True)
        assert Scores(values, where, 6).average(times)[number] == pytest.approx(values[rows].mean())
        p, q, r, s = np.repeat(counts, row, axis=1).sum(axis=1).T
        f1 = (2 * (p / q) * (r / s) / (p / q + r / s)).mean()
        assert LinkCounts(counts).average(times)[number] == pytest.approx(f1)


def test_intervals_resample_whole_clips_and_the_same_ones_for_a_pair():
    clips, good = random_clips(12)
    bad = Predictions(good.verbs, {i: said(*[{}] * 5) for i in range(12)})
    scored = {name: score(clips, p) for name, p in (("bad", bad), ("good", good), ("silent", Predictions()))}
    table = summarise(scored, 200, [("bad", "good"), ("good", "silent")])
    items = score(clips, good).metrics["CIDEr"]
    interval = bootstrap(100 * items.values, items.clip.tolist(), n=200)
    row = table["CIDEr"]
    assert row["good"]["ci"] == pytest.approx([interval.low, interval.high], abs=1e-3)
    assert row["good"]["mean"] == pytest.approx(interval.mean, abs=1e-3)
    assert row["bad"]["mean"] == 0 and row["good - bad"]["ci"] == row["good"]["ci"]
    assert "silent" not in row and "silent - good" not in row and "official" not in row["good - bad"]
    assert table["Vb@1"]["good - bad"] == {"mean": 0, "ci": [0, 0], "n": 60}
    for metric, cells in table.items():
        low, high = cells["good"]["ci"]
        assert low <= cells["good"]["mean"] <= high and low < high or metric == "Rec@5", metric
    assert list(table) == ["Vb@1", "Vb@5", "Rec@5", "CIDEr", "CIDEr-Verb", "CIDEr-Arg", "ROUGE-L", "LEA", "LEA-S"]
    assert summarise({"a": score(clips, good)}, 50) == summarise({"a": score(clips, good)}, 50)
    with pytest.raises(ValueError, match="pairs name"):
        summarise({"a": score(clips, good)}, 10, [("a", "b")])
    with pytest.raises(ValueError, match="not scored on the same clips"):
        summarise({"a": score(clips, good), "b": score(clips[:9], Predictions({}, {}))}, 10, [("a", "b")])
