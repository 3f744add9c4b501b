"""How slow work tells its pace."""

import pytest

from srlclip.progress import Pace, duration


def test_a_pace_tells_rate_and_time_left_once_it_knows_them():
    now = [100.0]
    pace = Pace(50, "clips", lambda: now[0])
    assert pace.left(0) == ""
    now[0] += 0.1
    assert pace.left(1) == ""  # too early to say
    now[0] += 4.9
    assert pace.left(10) == ", 2.0 clips a second, 20 s left"
    now[0] += 35
    assert pace.left(10) == ", 4.0 s per clip, 2 min 40 s left"


@pytest.mark.parametrize("seconds, shown", [(0.2, "1 s"), (59.4, "59 s"), (125, "2 min 5 s"), (3780, "1 h 3 min")])
def test_durations_are_readable(seconds, shown):
    assert duration(seconds) == shown
