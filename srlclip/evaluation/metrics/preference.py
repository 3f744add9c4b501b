"""Which of two models people prefer, from votes that may be ties: Bradley and Terry's model as Davidson extended it.

With strengths a and b and a weight v of ties, one vote is a win of a with probability a / s, of b with b / s, and a tie with
v sqrt(ab) / s, where s = a + b + v sqrt(ab) (Davidson 1970, JASA 65:317). For two models the likelihood is greatest where
a / b = wins / losses and v = ties / sqrt(wins * losses). So ties say how alike the two are, not which is better: the
probability that a is preferred where one of them is, a / (a + b), is wins / (wins + losses), and its interval depends on the
decided votes alone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

#: The two-sided 95 % point of the normal distribution.
_Z = 1.959963984540054


@dataclass(frozen=True)
class Preference:
    """wins, losses, ties: votes for the second model, for the first, for neither or both.

    probability: that the second is preferred where one is, in [0, 1], with its 95 % interval (Wilson 1927); None without a
    decided vote. tie_share: of all votes, None without one. tie_weight: v, None where one of the two never won.
    """

    wins: int
    losses: int
    ties: int
    probability: float | None
    low: float | None
    high: float | None
    tie_share: float | None
    tie_weight: float | None


def davidson(wins: int, losses: int, ties: int) -> Preference:
    """The estimate from counts of votes. Raises ValueError for a negative count."""
    if min(wins, losses, ties) < 0:
        raise ValueError(f"votes are counts of 0 or more, got {wins} wins, {losses} losses, {ties} ties")
    decided = wins + losses
    share = ties / (decided + ties) if decided + ties else None
    weight = ties / math.sqrt(wins * losses) if wins and losses else None
    if not decided:
        return Preference(wins, losses, ties, None, None, None, share, weight)
    low, high = wilson(wins, decided)
    return Preference(wins, losses, ties, wins / decided, low, high, share, weight)


def wilson(hits: int, count: int) -> tuple[float, float]:
    """The 95 % interval of a proportion (Wilson 1927): inside [0, 1] and wider than nothing even for 0 of 1."""
    p, z2 = hits / count, _Z * _Z
    middle = (p + z2 / (2 * count)) / (1 + z2 / count)
    half = _Z * math.sqrt(p * (1 - p) / count + z2 / (4 * count * count)) / (1 + z2 / count)
    return max(0.0, middle - half), min(1.0, middle + half)
