"""Closed forms of the contrastive losses."""

from __future__ import annotations

import ast
from dataclasses import replace
from math import exp, log
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
import torch.nn.functional as functional

from srlclip import losses
from srlclip.losses import TERMS, event_loss, info_nce, total_loss, video_loss
from training.settings import LossSettings


def unit(*shape: int, seed: int = 0) -> torch.Tensor:
    return functional.normalize(torch.randn(*shape, generator=torch.Generator().manual_seed(seed)), dim=-1)


def at(*degrees: float) -> torch.Tensor:
    """Unit vectors in the plane."""
    radians = torch.tensor(degrees).deg2rad()
    return torch.stack([radians.cos(), radians.sin()], dim=-1)


def test_identical_features_give_log_n() -> None:
    for count in (1, 2, 7):
        same = unit(1, 8).expand(count, 8)
        assert info_nce(same, same, 100.0).item() == pytest.approx(log(count), abs=1e-5)


def test_perfect_separation_gives_zero() -> None:
    eye = torch.eye(6)
    assert info_nce(eye, eye, 100.0).item() == pytest.approx(0.0, abs=1e-6)
    assert info_nce(eye, eye.flip(0), 100.0).item() == pytest.approx(100.0, rel=1e-5)


def test_two_pairs_by_hand() -> None:
    """Cosines 1 and 0 on a row, scale 2; a negative at cosine 0.5 joins the first row's a -> b side alone."""
    eye = torch.eye(2)
    plain = -log(exp(2) / (exp(2) + 1))
    assert info_nce(eye, eye, 2.0).item() == pytest.approx(plain, rel=1e-6)
    negatives = at(60, 0)[:, None]  # (2, 1, 2)
    mask = torch.tensor([[True], [False]])
    first = -log(exp(2) / (exp(2) + 1 + exp(1)))
    expected = ((first + plain) / 2 + plain) / 2
    assert info_nce(eye, eye, 2.0, None, negatives, mask).item() == pytest.approx(expected, rel=1e-6)
    # Without the mask the second row's negative (cosine 0) counts too.
    second = -log(exp(2) / (exp(2) + 1 + 1))
    expected = ((first + second) / 2 + plain) / 2
    assert info_nce(eye, eye, 2.0, None, negatives).item() == pytest.approx(expected, rel=1e-6)


def test_masked_pairs_leave_both_denominators() -> None:
    a, b = at(0, 10, 90), at(5, 5, 80)
    mask = torch.tensor([[0, 1, 0], [1, 0, 0], [0, 0, 0]], dtype=torch.bool)
    cos = (a @ b.T * 3).tolist()

    def one(row: int, columns: tuple[int, ...], pick) -> float:
        return -log(exp(pick(row, row)) / sum(exp(pick(row, column)) for column in columns))

    kept = {0: (0, 2), 1: (1, 2), 2: (0, 1, 2)}
    left = sum(one(i, kept[i], lambda r, c: cos[r][c]) for i in range(3)) / 3
    right = sum(one(i, kept[i], lambda r, c: cos[c][r]) for i in range(3)) / 3
    assert info_nce(a, b, 3.0, mask).item() == pytest.approx((left + right) / 2, rel=1e-5)
    everything = torch.ones(3, 3, dtype=torch.bool)
    assert info_nce(a, b, 3.0, everything).item() == pytest.approx(0.0, abs=1e-6), "the diagonal stays"


def test_the_same_caption_is_no_negative() -> None:
    """All four events share one text: with ids there is nothing left to tell apart."""
    events, text = unit(2, 2, 8), unit(1, 1, 8).expand(2, 2, 8)
    assert event_loss(events, text, 50.0).item() > 1.0
    assert event_loss(events, text, 50.0, torch.zeros(2, 2, dtype=torch.long)).item() == pytest.approx(0.0, abs=1e-6)
    distinct = torch.arange(4).view(2, 2)
    other = unit(2, 2, 8, seed=1)
    assert event_loss(events, other, 50.0, distinct).item() == pytest.approx(event_loss(events, other, 50.0).item())


def test_event_loss_is_info_nce_over_all_events() -> None:
    events, text = unit(3, 5, 8), unit(3, 5, 8, seed=1)
    negatives = unit(3, 5, 2, 8, seed=2)
    flat = info_nce(events.reshape(15, 8), text.reshape(15, 8), 20.0, None, negatives.reshape(15, 2, 8))
    torch.testing.assert_close(event_loss(events, text, 20.0, negatives=negatives), flat)


def test_without_natural_negatives_the_clips_other_events_do_not_count() -> None:
    events, text = unit(1, 5, 8), unit(1, 5, 8, seed=1)
    assert event_loss(events, text, 20.0).item() > 0.1
    assert event_loss(events, text, 20.0, natural_negatives=False).item() == pytest.approx(0.0, abs=1e-6)
    # One event per clip: there are none, so nothing changes.
    events, text = unit(5, 1, 8), unit(5, 1, 8, seed=1)
    torch.testing.assert_close(event_loss(events, text, 20.0), event_loss(events, text, 20.0, natural_negatives=False))


def test_video_loss_uses_the_normalised_mean_text() -> None:
    video, text = unit(4, 8), unit(4, 5, 8, seed=1)
    expected = info_nce(video, functional.normalize(text.mean(1), dim=-1), 20.0)
    torch.testing.assert_close(video_loss(video, text, 20.0), expected)
    same_text = text[:1].expand(4, 5, 8)
    assert video_loss(video, same_text, 20.0, torch.zeros(4, 5)).item() == pytest.approx(0.0, abs=1e-6)


def features(clips: int, requires_grad: bool = False) -> SimpleNamespace:
    tensors = {
        "clip_events": (clips, 5, 8),
        "vc_events": (clips, 5, 8),
        "clip_video": (clips, 8),
        "vc_video": (clips, 8),
    }
    made = {name: unit(*shape, seed=seed) for seed, (name, shape) in enumerate(tensors.items())}
    return SimpleNamespace(**{name: value.requires_grad_(requires_grad) for name, value in made.items()})


def test_total_is_the_weighted_sum() -> None:
    text, negatives = unit(3, 5, 8, seed=9), unit(3, 5, 4, 8, seed=10)
    mask, ids = torch.ones(3, 5, 4, dtype=torch.bool), torch.arange(15).view(3, 5)
    terms = total_loss(features(3), text, negatives, mask, ids, torch.tensor(20.0), LossSettings())
    assert set(terms) == {"total", *TERMS}
    expected = terms["clip_event"] + terms["vc_event"] + 0.25 * (terms["clip_video"] + terms["vc_video"])
    torch.testing.assert_close(terms["total"], expected)
    alone = LossSettings(vc_event=0.0, clip_video=0.0, vc_video=0.0)
    only = total_loss(features(3), text, negatives, mask, ids, 20.0, alone)
    torch.testing.assert_close(only["total"], terms["clip_event"])


def test_the_number_of_verb_role_negatives_is_read() -> None:
    text, negatives = unit(3, 5, 8, seed=9), unit(3, 5, 4, 8, seed=10)
    mask = torch.ones(3, 5, 4, dtype=torch.bool)
    found = []
    for count in range(5):
        settings = replace(LossSettings(), verb_role_negatives=count)
        found.append(total_loss(features(3), text, negatives, mask, None, 20.0, settings)["clip_event"].item())
        fewer = negatives[:, :, :count], mask[:, :, :count]
        direct = total_loss(features(3), text, *fewer, None, 20.0, LossSettings())
        assert direct["clip_event"].item() == pytest.approx(found[-1])
    assert found == sorted(found) and found[0] < found[-1]
    none = total_loss(features(3), text, None, None, None, 20.0, LossSettings())
    assert none["clip_event"].item() == pytest.approx(found[0])


def test_role_swaps_are_read_beside_the_verb_role_negatives() -> None:
    text, negatives = unit(3, 5, 8, seed=9), unit(3, 5, 6, 8, seed=10)
    mask = torch.ones(3, 5, 6, dtype=torch.bool)
    values = [
        total_loss(features(3), text, negatives, mask, None, 20.0, LossSettings(role_swaps=n))["clip_event"].item()
        for n in (0, 1, 2)
    ]
    assert values == sorted(values) and len(set(values)) == 3


def test_gradients_reach_all_features() -> None:
    made = features(2, requires_grad=True)
    negatives, mask = unit(2, 5, 4, 8, seed=10), torch.zeros(2, 5, 4, dtype=torch.bool)
    mask[0, 0, 0] = True
    total_loss(made, unit(2, 5, 8, seed=9), negatives, mask, torch.zeros(2, 5), 20.0, LossSettings())[
        "total"
    ].backward()
    # All captions are the same, so only the row with a hard negative has something to learn in the event losses.
    assert made.clip_events.grad.isfinite().all() and made.clip_events.grad[0, 0].abs().sum() > 0
    assert made.clip_events.grad[1].abs().sum() < 1e-4
    made = features(2, requires_grad=True)
    total_loss(made, unit(2, 5, 8, seed=9), None, None, None, 20.0, LossSettings())["total"].backward()
    assert all(value.grad.isfinite().all() and value.grad.abs().sum() > 0 for value in vars(made).values())


def test_one_clip() -> None:
    terms = total_loss(features(1), unit(1, 5, 8, seed=9), None, None, None, 20.0, LossSettings())
    assert terms["clip_video"].item() == terms["vc_video"].item() == 0.0
    assert terms["clip_event"].item() > 0 and terms["total"].isfinite()


def test_shapes_that_do_not_fit() -> None:
    with pytest.raises(ValueError, match="both be"):
        info_nce(unit(3, 8), unit(4, 8), 1.0)
    with pytest.raises(ValueError, match="mask must be"):
        info_nce(unit(3, 8), unit(3, 8), 1.0, torch.zeros(2, 2, dtype=torch.bool))
    with pytest.raises(ValueError, match="negatives must be"):
        info_nce(unit(3, 8), unit(3, 8), 1.0, None, unit(3, 2, 4))


def test_losses_import_no_model_and_no_settings() -> None:
    tree = ast.parse(Path(losses.__file__).read_text("utf-8"))
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.level]
