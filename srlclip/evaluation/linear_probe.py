"""A linear probe: what a logistic regression on frozen features can tell. Its penalty is chosen on a fifth of the rows.

Deterministic: the fifth derives from a seed and the solver starts from zero.
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as functional

#: L2 penalties to choose from, for standardised features and the mean loss; the strongest of equally good ones is taken.
PENALTIES = (0.1, 0.03, 0.01, 0.003, 0.001, 0.0003, 0.0001)
STEPS = 60


def linear_probe(train: np.ndarray, labels: np.ndarray, test: np.ndarray, seed: int = 0) -> np.ndarray:
    """The class (M,) that a probe trained on features (N, D) with integer labels (N,) gives to each row of test (M, D).

    A label that no training row has is never given. Raises ValueError for fewer than two rows.
    """
    if len(train) < 2:
        raise ValueError(f"a linear probe needs two labelled rows or more, got {len(train)}")
    mean, std = train.mean(0), train.std(0) + 1e-6
    order = np.random.default_rng(seed).permutation(len(train))
    # The caller may be in inference mode, whose tensors take no gradients.
    with torch.inference_mode(False), torch.enable_grad():
        x, unseen = (torch.from_numpy((rows - mean) / std).float() for rows in (train, test))
        y = torch.from_numpy(np.asarray(labels)).long()
        held, kept = np.split(order, [max(1, len(order) // 5)])

        def right(penalty: float) -> float:
            return float((_Regression(x[kept], y[kept], penalty)(x[held]) == y[held]).float().mean())

        return _Regression(x, y, max(PENALTIES, key=right))(unseen).numpy()


def cross_probe(features: np.ndarray, labels: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """bool (N,): whether a probe that learnt from the other half is right. Halves are the even and the odd groups (N,), so
    that what belongs together, such as the events of a clip, is never on both sides."""
    right = np.zeros(len(labels), bool)
    for half in (0, 1):
        asked = groups % 2 == half
        right[asked] = linear_probe(features[~asked], labels[~asked], features[asked]) == labels[asked]
    return right


class _Regression:
    """Multinomial logistic regression of y (N,) on x (N, D): rows (M, D) -> classes (M,)."""

    def __init__(self, x: torch.Tensor, y: torch.Tensor, penalty: float):
        classes = int(y.max()) + 1
        self.weight = torch.zeros(x.shape[1], classes, requires_grad=True)
        self.bias = torch.zeros(classes, requires_grad=True)
        solver = torch.optim.LBFGS([self.weight, self.bias], max_iter=STEPS, line_search_fn="strong_wolfe")

        def closure() -> torch.Tensor:
            solver.zero_grad()
            loss = functional.cross_entropy(x @ self.weight + self.bias, y) + 0.5 * penalty * self.weight.square().sum()
            loss.backward()
            return loss

        solver.step(closure)

    def __call__(self, rows: torch.Tensor) -> torch.Tensor:
        return (rows @ self.weight.detach() + self.bias.detach()).argmax(1)
