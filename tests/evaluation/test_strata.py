"""A mean over strata is not one over cases; intervals are the bootstrap's; both models see the same draws."""

import numpy as np
import pytest

from srlclip.evaluation.metrics.bootstrap import bootstrap, paired_difference
from srlclip.evaluation.metrics.strata import difference, interval, product_of_strata
from srlclip.evaluation.towers import Observations, summarise

HITS = np.array([1, 1, 1, 0, 0])  # stratum 0: 3 of 3; stratum 1: 0 of 1; stratum 4: 0 of 1
STRATA = np.array([0, 0, 0, 1, 4])  # 2 and 3 hold nothing and are not counted


def test_rare_strata_weigh_as_much_as_frequent_ones():
    assert interval(HITS, range(5), STRATA, n=10).mean == pytest.approx(1 / 3)
    assert HITS.mean() == pytest.approx(3 / 5)


def test_a_product_is_that_of_the_accuracies():
    hits = np.array([1, 0, 1, 1, 1, 0, 0, 1])
    assert interval(hits, range(8), np.repeat([0, 1], 4), product_of_strata, n=10).mean == pytest.approx(0.75 * 0.5)


def test_one_stratum_is_the_bootstrap_of_the_mean():
    rng = np.random.default_rng(1)
    hits, other, clips = rng.random(40) < 0.6, rng.random(40) < 0.4, rng.integers(9, size=40).tolist()
    one = np.zeros(40, int)
    alike = interval(hits, clips, one, n=200), bootstrap(hits.astype(float), clips, n=200)
    assert vars(alike[0]) == pytest.approx(vars(alike[1]))
    alike = (
        difference(hits, other, clips, one, n=200),
        paired_difference(hits.astype(float), other.astype(float), clips, n=200),
    )
    assert vars(alike[0]) == pytest.approx(vars(alike[1]))


def test_a_stratum_that_a_resample_lacks_is_left_out_of_it():
    drawn = interval(np.array([1, 1]), [0, 1], np.array([0, 1]), n=50)
    assert (drawn.low, drawn.high) == (1.0, 1.0)


def test_tables_hold_macro_averages_and_products_in_percent():
    def observed(hits, statistic):
        return {"m": Observations(np.array(hits), np.arange(4), statistic=statistic, strata=np.array([0, 0, 0, 1]))}

    macro = summarise({"a": observed([1, 1, 1, 0], "macro"), "b": observed([1, 1, 0, 1], "macro")}, [("a", "b")], 20)[
        "m"
    ]
    assert macro["a"]["mean"] == 50 and macro["b"]["mean"] == pytest.approx(83.333)
    assert macro["b - a"]["mean"] == pytest.approx(33.333) and macro["a"]["n"] == 4
    product = summarise({"a": observed([1, 0, 1, 1], "product")}, [], 20)["m"]
    assert product["a"]["mean"] == pytest.approx(66.667)
    with pytest.raises(ValueError, match="needs the stratum"):
        summarise({"a": {"m": Observations(np.ones(2), np.arange(2), statistic="macro")}}, [], 5)


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="as many of each"):
        interval(np.ones(3), range(2), np.zeros(3, int))
    with pytest.raises(ValueError, match="level"):
        interval(np.ones(2), range(2), np.zeros(2, int), level=1)
