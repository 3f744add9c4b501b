"""The captioner: masks, padding, shapes, confidences, learning, and what is on disk."""

import json
from dataclasses import replace

import pytest
import torch
from torch.nn import functional

from srlclip.captioning import captioner as module
from srlclip.captioning.captioner import Captioner, EncodedClips, Slots, fillers_to_tokens
from srlclip.captioning.captioner_files import FeatureSource, load_captioner, save_captioner
from srlclip.captioning.trained import read_clips
from srlclip.captioning.vocabulary import BEGIN, END, PAD, UNKNOWN, Vocabulary
from srlclip.config import CaptionerSettings
from srlclip.language.lexicon import VerbEntry
from srlclip.situations import ROLE_KEYS, CheckpointError

DIM = 8
WORDS = ("man", "in", "a", "Red", "shirt.", "box", "street", "-")
ENTRIES = (
    VerbEntry("push.01", "push", (("Arg0", "pusher"), ("Arg1", "thing pushed"), ("AScn", "scene of the event")), 3),
    VerbEntry("sit.01", "sit", (("Arg1", "thing sitting"),), 2),
    VerbEntry("rain.01", "rain", (), 1),
)
SETTINGS = CaptionerSettings(
    width=16, layers=2, heads=4, feedforward=2.0, dropout=0.0, max_words=5, max_events=6, max_frames=4
)


def captioner(seed=0, **changes):
    torch.manual_seed(seed)
    made = Captioner(DIM, replace(SETTINGS, **changes), ENTRIES, Vocabulary(WORDS))
    with torch.no_grad():  # at its start a head's outputs hardly depend on its inputs: too tame for these tests
        for weight in made.parameters():
            weight.add_(torch.randn_like(weight) * 0.3)
    return made.eval()


def features(*shape, seed=0):
    return torch.randn(*shape, DIM, generator=torch.Generator().manual_seed(seed))


def close(a, b):
    return torch.testing.assert_close(a, b, atol=2e-5, rtol=1e-4)


# -- words -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("training", [True, False])
def test_a_later_word_changes_nothing_before_it(training):
    head = captioner().train(training)
    vectors = torch.randn(3, 16)
    tokens = torch.tensor([[BEGIN, 4, 5, 6, 7]] * 3)
    logits = head.word_logits(vectors, tokens)
    for at in range(1, 5):
        other = tokens.clone()
        other[:, at] = 9
        changed = head.word_logits(vectors, other)
        close(changed[:, :at], logits[:, :at])
        assert (changed[:, at:] - logits[:, at:]).abs().amax(dim=(0, 2)).min() > 1e-3
        close(head.word_logits(vectors, tokens[:, :at]), logits[:, :at])  # what is read word by word, is learnt at once


def test_the_confidence_is_the_log_probability_of_the_words_when_they_are_given():
    head = captioner()
    vectors = torch.randn(7, 16)
    for beams in (1, 3):
        found = head.decode(vectors, beams)
        assert found.tokens.shape[1] <= SETTINGS.max_words
        read = torch.cat([torch.full((7, 1), BEGIN), found.tokens], dim=1)
        logits = head.word_logits(vectors, read[:, :-1]).detach()
        logits[..., [PAD, BEGIN, UNKNOWN]] = float("-inf")
        shares = logits.log_softmax(-1).gather(2, found.tokens[..., None])[..., 0]
        said = found.tokens != PAD
        close(found.log_prob, (shares.masked_fill(~said, 0).sum(1) / said.sum(1)).detach())


def test_many_slots_are_decoded_in_parts_and_none_is_no_trouble(monkeypatch):
    head = captioner()
    vectors = torch.randn(11, 16)
    for beams in (1, 2):
        whole = head.decode(vectors, beams)
        with monkeypatch.context() as patch:
            patch.setattr(module, "_CHUNK", 4)
            parts = head.decode(vectors, beams)
        words = [[head.vocabulary.decode(row) for row in found.tokens.tolist()] for found in (whole, parts)]
        assert words[0] == words[1]
        close(whole.log_prob, parts.log_prob)
        none = head.decode(vectors[:0], beams)
        assert none.tokens.shape[0] == 0 and none.log_prob.shape == (0,)


def test_fillers_become_tokens():
    vocabulary = Vocabulary(WORDS)
    tokens = fillers_to_tokens(["a box", "man in a Red shirt. box", ""], vocabulary, 5)
    assert tokens.tolist() == [
        [BEGIN, 6, 9, END, PAD, PAD, PAD],
        [BEGIN, 4, 5, 6, 7, 8, END],
        [BEGIN, END, PAD, PAD, PAD, PAD, PAD],
    ]
    assert fillers_to_tokens([], vocabulary, 5).shape == (0, 2)


# -- slots and events ---------------------------------------------------------------------------------------------------


def test_slots_name_event_and_role():
    slots = Slots.of([[["Arg0", "AScn"], [], ["AMnr"]], [[], ["Arg1"], []], [[], [], []]])
    assert slots.used.tolist() == [[True, True, True], [True, False, False], [False] * 3]
    assert slots.event[0].tolist() == [0, 0, 2] and slots.event[1, 0] == 1
    assert [ROLE_KEYS[i] for i in slots.role[0]] == ["Arg0", "AScn", "AMnr"]
    assert slots.to("meta").used.device.type == "meta"
    assert Slots.of([[[]], [[]]]).used.tolist() == [[False], [False]]  # a place that nothing uses
    with pytest.raises(ValueError, match="role 'Arg9'; allowed: Arg0, "):
        Slots.of([[["Arg9"]]])


def run(head, frames, roles, tokens=None):
    """Everything the head says of clips, the word logits per clip."""
    slots = Slots.of(roles)
    count = int(slots.used.sum())
    tokens = torch.tensor([[BEGIN, 4, 6]]).repeat(count, 1) if tokens is None else tokens
    clips, logits = head(frames, None, slots, tokens)
    return clips, logits.split(slots.used.sum(1).tolist())


def test_a_clip_does_not_depend_on_what_else_is_in_the_batch():
    head = captioner()
    frames = features(4, 3, 2)
    roles = [
        [["Arg0"], ["Arg1", "AScn"], []],
        [[], [], []],
        [list(ROLE_KEYS), list(ROLE_KEYS), ["Arg0"]],
        [[], [], ["ADir"]],
    ]
    clips, logits = run(head, frames, roles)
    for b in range(4):
        alone, own = run(head, frames[b : b + 1], roles[b : b + 1])
        close(own[0], logits[b])
        for name in ("events", "frames", "verbs", "roles"):
            close(getattr(alone, name)[0], getattr(clips, name)[b])
    order = [2, 0, 3, 1]
    _, moved = run(head, frames[order], [roles[i] for i in order])
    for place, b in enumerate(order):
        close(moved[place], logits[b])


def test_clips_without_slots_give_finite_outputs_and_every_weight_a_gradient():
    head = captioner().train()
    frames = features(2, 3, 2)
    for roles in ([[["Arg0"], [], []], [[], [], []]], [[[], [], []]] * 2):
        head.zero_grad()
        clips, logits = run(head, frames, roles)
        vectors = head.role_vectors(clips, Slots.of(roles))
        assert bool(torch.isfinite(vectors).all())
        (torch.cat(logits).sum() + clips.verbs.sum() + clips.roles.sum()).backward()
        # Processes that train together wait for the gradient of every weight, from batches without any filler too.
        for name, weight in head.named_parameters():
            assert weight.grad is not None and bool(torch.isfinite(weight.grad).all()), name


def test_a_slot_looks_at_the_frames_of_its_own_event_only():
    head = captioner().requires_grad_(False)
    clips = EncodedClips(torch.randn(2, 3, 16), torch.randn(2, 3, 2, 16), torch.zeros(2, 3, 3), None)
    # One event per clip, another one in each: slots of two events would also tell each other what they saw.
    slots = Slots.of([[["Arg0", "Arg1"], [], []], [[], ["Arg0", "AScn"], []]])
    before = head.role_vectors(clips, slots)

    def after(b, e):
        frames = clips.frames.clone()
        frames[b, e] += torch.randn(2, 16)
        return head.role_vectors(replace(clips, frames=frames), slots)

    for b in range(2):
        for e in range(3):
            changed = (after(b, e) - before).abs().amax(dim=(1, 2))
            own = e == (0, 1)[b]
            assert (float(changed[b]) > 1e-3) == own and float(changed[1 - b]) < 1e-5, (b, e)
            if not own:
                assert float(changed[b]) < 1e-5


def test_events_of_a_clip_see_each_other_and_their_order_counts():
    head = captioner()
    frames = features(1, 3, 2)
    before = head.encode(frames)
    frames[0, 2] += 1
    assert (head.encode(frames).verbs[0, 0] - before.verbs[0, 0]).abs().max() > 1e-4
    turned = features(1, 3, 2).flip(1)
    assert (head.encode(turned).verbs.flip(1) - before.verbs).abs().max() > 1e-3
    inner = features(1, 3, 2).flip(2)
    assert (head.encode(inner).verbs - before.verbs).abs().max() > 1e-4


def test_event_vectors_are_the_frames_means_unless_given():
    head = captioner()
    frames = features(2, 3, 2)
    close(head.encode(frames, frames.mean(2)).verbs, head.encode(frames).verbs)
    assert (head.encode(frames, features(2, 3, seed=5)).verbs - head.encode(frames).verbs).abs().max() > 1e-3


def test_the_frames_means_are_read_beside_the_contextualizers_tokens_unless_switched_off():
    frames, tokens = features(2, 3, 2), features(2, 3, seed=5)
    both, alone = captioner(), captioner(event_means=False)
    assert alone.means_input is None and not any(name.startswith("means") for name in alone.state_dict())
    # the frames of an event, one up and one down: the same tokens, frames of other content but equal means
    with torch.no_grad():
        both.frame_input.weight.zero_(), alone.frame_input.weight.zero_()
    other = frames + 1.0
    assert (both.encode(frames, tokens).verbs - both.encode(other, tokens).verbs).abs().max() > 1e-3
    close(alone.encode(frames, tokens).verbs, alone.encode(other, tokens).verbs)


def test_standardised_inputs_have_mean_zero_and_spread_one():
    head = captioner()
    frames = features(20, 3, 2) * torch.linspace(0.1, 9, DIM) + 5
    frames[..., 0] = 3.0  # a dimension that never changes
    head.standardise(frames, frames.mean(2))
    rows = ((frames - head.frame_mean) / head.frame_std).reshape(-1, DIM)
    close(rows.mean(0), torch.zeros(DIM))
    close(rows.std(0, unbiased=False)[1:], torch.ones(DIM - 1))
    assert bool(torch.isfinite(head.encode(frames).verbs).all())
    means = frames.mean(2)
    close(head.event_mean, means.reshape(-1, DIM).mean(0))
    head.standardise(frames, means, means * 2)
    close(head.event_mean, 2 * means.reshape(-1, DIM).mean(0))
    close(head.means_mean, means.reshape(-1, DIM).mean(0))


@pytest.mark.parametrize(
    ("frames", "events", "words"),
    [
        ((2, 3, 8), None, "frames must be"),
        ((2, 3, 2, 7), None, r"frames must be \(B, E, F, 8\), got \(2, 3, 2, 7\)"),
        ((2, 7, 2, 8), None, "got 7 events of 2 frames; allowed: 1 to 6 events of 1 to 4 frames"),
        ((2, 3, 5, 8), None, "got 3 events of 5 frames"),
        ((2, 0, 2, 8), None, "got 0 events"),
        ((2, 3, 0, 8), None, "of 0 frames"),
        ((2, 3, 2, 8), (2, 2, 8), r"events must be \(2, 3, 8\), got \(2, 2, 8\)"),
        ((2, 3, 2, 8), (3, 3, 8), "events must be"),
    ],
)
def test_other_shapes_are_refused(frames, events, words):
    with pytest.raises(ValueError, match=words):
        captioner().encode(torch.zeros(frames), torch.zeros(events) if events else None)


def test_impossible_settings_are_refused():
    with pytest.raises(ValueError, match=r"captioner.heads is 3; it must divide captioner.width \(16\)"):
        captioner(heads=3)
    with pytest.raises(ValueError, match="at least one verb"):
        Captioner(DIM, SETTINGS, [], Vocabulary(WORDS))


# -- learning -----------------------------------------------------------------------------------------------------------


def test_three_clips_are_learnt_by_heart():
    torch.manual_seed(0)
    head = Captioner(DIM, replace(SETTINGS, width=32, layers=1), ENTRIES, Vocabulary(WORDS)).train()
    frames = features(3, 2, 2, seed=3)
    head.standardise(frames, frames.mean(2))
    roles = [[["Arg0", "Arg1"], ["AScn"]], [["Arg1"], []], [["Arg0"], ["Arg0", "Arg1"]]]
    texts = ["man in a Red shirt.", "box", "a street", "-", "man", "a box in a street", "Red box"]
    verbs = torch.tensor([[0, 1], [1, 2], [0, 0]])
    labels = torch.tensor([[[float(k in event) for k in ROLE_KEYS] for event in clip] for clip in roles])
    tokens, slots = fillers_to_tokens(texts, head.vocabulary, 5), Slots.of(roles)
    optimiser = torch.optim.Adam(head.parameters(), lr=0.01)
    losses = []
    for _ in range(80):
        clips, logits = head(frames, None, slots, tokens[:, :-1])
        loss = functional.cross_entropy(logits.flatten(0, 1), tokens[:, 1:].flatten(), ignore_index=PAD)
        loss = loss + functional.cross_entropy(clips.verbs.flatten(0, 1), verbs.flatten())
        loss = loss + functional.binary_cross_entropy_with_logits(clips.roles, labels)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    assert losses[-1] < 0.1 < 1 < losses[0]
    for beams in (1, 3):
        readings = read_clips(head, frames, None, roles, beams=beams)
        assert [g.text for clip in readings for r in clip for g in r.fillers.values()] == texts
        assert [[head.verb_ids.index(r.verbs[0][0]) for r in clip] for clip in readings] == verbs.tolist()
    assert all(g.confidence > 0.8 for clip in readings for r in clip for g in r.fillers.values())
    predicted = read_clips(head, frames, None, roles="predicted")
    asked = [[set(event) for event in clip] for clip in roles]
    asked[1][1] = None  # an event without roles gets its likeliest one all the same
    for b, clip in enumerate(predicted):
        for e, reading in enumerate(clip):
            assert len(reading.fillers) == 1 if asked[b][e] is None else set(reading.fillers) == asked[b][e]


# -- files --------------------------------------------------------------------------------------------------------------

SOURCE = FeatureSource("adapted", "0123456789abcdef", True, 3, 2)


def test_a_captioner_saved_before_it_could_read_means_loads_as_it_was(tmp_path):
    head = captioner(event_means=False)
    save_captioner(tmp_path, head, SOURCE)
    card = json.loads((tmp_path / "captioner.json").read_text("utf-8"))
    del card["settings"]["event_means"]
    (tmp_path / "captioner.json").write_text(json.dumps(card), "utf-8")
    loaded, *_ = load_captioner(tmp_path)
    frames = features(2, 3, 2)
    assert not loaded.settings.event_means and loaded.means_input is None
    close(loaded.encode(frames).verbs, head.encode(frames).verbs)


def test_a_saved_captioner_is_the_same_when_loaded(tmp_path):
    head = captioner()
    seen = features(20, 3, 2) * 1e-3 + 0.9
    head.standardise(seen, seen.mean(2))  # as CLIP's: a large mean, a small spread
    frames = features(2, 3, 2, seed=4) * 1e-3 + 0.9
    save_captioner(tmp_path / "full", head, SOURCE, {"seed": 3})
    loaded, source, metadata = load_captioner(tmp_path / "full")
    assert source == SOURCE and metadata == {"seed": 3} and not loaded.training
    assert loaded.entries == head.entries and loaded.vocabulary.words == head.vocabulary.words
    assert not any(weight.requires_grad for weight in loaded.parameters())
    for name, value in head.state_dict().items():
        assert torch.equal(value, loaded.state_dict()[name]), name
    with torch.inference_mode():
        assert torch.equal(head.encode(frames).verbs, loaded.encode(frames).verbs)

    save_captioner(tmp_path / "half", head, SOURCE, half=True)
    half, _, _ = load_captioner(tmp_path / "half")
    assert all(value.dtype == torch.float32 for value in half.state_dict().values())
    for name in ("frame_mean", "frame_std", "event_mean", "event_std"):
        assert torch.equal(getattr(half, name), getattr(head, name))
    torch.testing.assert_close(half.encode(frames).verbs, head.encode(frames).verbs.detach(), atol=0.05, rtol=0.02)
    sizes = [(tmp_path / name / "captioner.safetensors").stat().st_size for name in ("half", "full")]
    assert sizes[0] < 0.6 * sizes[1]
    without = captioner(predict_roles=False)
    save_captioner(tmp_path / "without", without, SOURCE)
    assert load_captioner(tmp_path / "without")[0].encode(frames).roles is None


def test_a_save_that_is_interrupted_is_not_taken_for_a_captioner(tmp_path, monkeypatch):
    import safetensors.torch

    save_captioner(tmp_path, captioner(), SOURCE)
    monkeypatch.setattr(safetensors.torch, "save_file", lambda *a, **k: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        save_captioner(tmp_path, captioner(1), SOURCE)
    with pytest.raises(CheckpointError, match=r"has no captioner\.json"):
        load_captioner(tmp_path)


def damaged(tmp_path, change):
    save_captioner(tmp_path, captioner(), SOURCE)
    card = tmp_path / "captioner.json"
    values = json.loads(card.read_text())
    change(values)
    card.write_text(json.dumps(values))


@pytest.mark.parametrize(
    "change",
    [
        lambda card: card.pop("words"),
        lambda card: card.pop("features"),
        lambda card: card.pop("metadata"),
        lambda card: card["words"].append("more"),
        lambda card: card["words"].__setitem__(0, None),
        lambda card: card["words"].__setitem__(0, ["list"]),
        lambda card: card.update(words=7),
        lambda card: card.update(verbs=[]),
        lambda card: card.update(verbs=[["push.01"]]),
        lambda card: card.update(settings=[]),
        lambda card: card["settings"].update(width="wide"),
        lambda card: card["settings"].update(heads=5),
        lambda card: card["settings"].update(unheard=1),
        lambda card: card.update(dim=9),
        lambda card: card.update(dim=None),
        lambda card: card.update(features={"model": "base"}),
        lambda card: card.update(metadata=3),
    ],
)
def test_a_damaged_card_is_a_checkpoint_error(tmp_path, change):
    damaged(tmp_path, change)
    with pytest.raises(CheckpointError, match="is not a captioner of this version"):
        load_captioner(tmp_path)


def test_foreign_and_cut_files_are_checkpoint_errors(tmp_path):
    with pytest.raises(CheckpointError, match=r"has no captioner\.json"):
        load_captioner(tmp_path / "nowhere")
    damaged(tmp_path, lambda card: card.update(format=2))
    with pytest.raises(CheckpointError, match="has format 2, this version reads 1"):
        load_captioner(tmp_path)
    damaged(tmp_path, lambda card: None)
    weights = tmp_path / "captioner.safetensors"
    weights.write_bytes(weights.read_bytes()[:-10])
    with pytest.raises(CheckpointError, match="train it again"):
        load_captioner(tmp_path)
    weights.unlink()
    with pytest.raises(CheckpointError, match=r"has no captioner\.safetensors"):
        load_captioner(tmp_path)
    (tmp_path / "captioner.json").write_text("{")
    with pytest.raises(CheckpointError, match="is not JSON"):
        load_captioner(tmp_path)
