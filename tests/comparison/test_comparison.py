"""The facade on a tiny trained pair: search, scores, captions, uploads, galleries, and the real path at full size."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from tiny_models import save_tiny_clip, vocabulary

from srlclip.comparison.comparison import Comparison
from srlclip.comparison.memory import CaptionMemory
from srlclip.data.vidsitu import read_vidsitu
from srlclip.situations import Caption, CheckpointError, DataError, Situation, VideoDecodeError
from srlclip.video.file import Limits

pytestmark = pytest.mark.usefixtures("own_cache")


@pytest.fixture(scope="module")
def comparison(tiny_clip, tiny_run, world):
    return Comparison.load(str(tiny_clip), str(tiny_run / "model"), world)


def test_search_ranks_the_whole_gallery_under_both_models(comparison):
    target = comparison.clip_ids()[3]
    result = comparison.search(comparison.true_caption(target, 1).text, target)
    assert len(result.hits.base) == len(result.hits.adapted) == 9 and not result.failures
    for model in ("base", "adapted"):
        scores = [h.score for h in result.hits[model]]
        assert scores == sorted(scores, reverse=True)
        assert sorted(h.clip_id for h in result.hits[model]) == sorted(comparison.clip_ids())
    before = {h.clip_id: h.rank for h in result.hits.base}
    assert all(h.rank_change == before[h.clip_id] - h.rank for h in result.hits.adapted)
    line = comparison.timeline(target, result.query)
    best = next(h.score for h in result.hits.adapted if h.clip_id == target)
    assert max(line.scores.adapted) == pytest.approx(best, abs=1e-6) and line.spans[1] == (2.0, 4.0)


def test_ties_rank_last(comparison):
    from collections import OrderedDict
    from dataclasses import replace

    first = comparison.situation(comparison.clip_ids()[0])
    copies = [(replace(first, clip_id=name), comparison.embed_clip(first.clip_id)) for name in ("twin", "triplet")]
    ranks = {h.clip_id: h.rank for h in comparison.over(copies, True, OrderedDict()).search("a man").hits.base}
    assert ranks[first.clip_id] == ranks["twin"] == ranks["triplet"] >= 3


@pytest.mark.parametrize("query", ["", "   ", "\n"])
def test_an_empty_query_is_refused(comparison, query):
    with pytest.raises(ValueError, match="query is empty"):
        comparison.search(query)


def test_odd_queries_have_results(comparison):
    for query in ("😀", "مرحبا بالعالم", "word " * 2000, "<img src=x onerror=alert(1)>", "${x} {{y}}"):
        result = comparison.search(query)
        assert len(result.hits.base) == 9 and result.truncated == (result.tokens > 77)
    with pytest.raises(ValueError, match="not in the gallery"):
        comparison.search("a man", "nobody")


def test_scores_are_cosines_and_margins(comparison):
    clip = comparison.clip_ids()[0]
    true = comparison.true_caption(clip, 0).text
    wrong = comparison.negatives(clip, 0, ("verb_role", "natural"))
    assert wrong == comparison.negatives(clip, 0, ("verb_role", "natural"))
    assert sum(c.kind == "natural" for c in wrong) == 4 and all(c.text != true for c in wrong)
    result = comparison.score(clip, 0, true, (*wrong, Caption(true, "custom")))
    for scored in result.negatives:
        assert -1 <= scored.score.base <= 1 and scored.margin.adapted == pytest.approx(
            result.true.score.adapted - scored.score.adapted
        )
    assert result.negatives[-1].margin.base == 0 and result.beaten("base") <= len(wrong)  # a tie is no win
    assert result.length_note() == ""
    long = comparison.score(clip, 0, "a man " * 60, [Caption("a man", dropped_roles=2)])
    assert (long.truncated, long.shortened) == (1, 1) and "only their beginning counted" in long.length_note()
    with pytest.raises(ValueError, match="allowed: 0 to 4"):
        comparison.score(clip, 5, true, wrong)
    with pytest.raises(ValueError, match="caption is empty"):
        comparison.score(clip, 0, " ", wrong)


def test_captions_have_a_row_per_role_and_a_reference(comparison):
    clip = comparison.clip_ids()[2]
    heard = []
    result = comparison.caption(clip, lambda share, what: heard.append(share))
    assert len(result.events) == 5 and result.has_reference and heard == sorted(heard)
    for event, truth in zip(result.events, comparison.situation(clip).events, strict=True):
        assert event.slots[0].key == "Verb" and event.slots[0].reference == truth.lemma
        assert [s.key for s in event.slots[1:]] == [r.key for r in truth.roles]
        assert sum(p for _, p in event.verbs.base) <= 1.001 and event.sentence.base
        for slot, role in zip(event.slots[1:], truth.roles, strict=True):
            assert (slot.match.base is None) == (not role.visible)


def test_an_upload_is_private_and_gets_everything(comparison, mp4):
    clip = comparison.add_video(str(mp4("mine.mp4", frames=90, size=(98, 50))))
    assert clip.startswith("upload-") and clip not in comparison.clip_ids()
    assert len(comparison.caption(clip).events) == 2 and not comparison.caption(clip).has_reference  # 3 s
    result = comparison.score(clip, 1, "a man runs", [Caption("a man sits", "custom")])
    assert len(result.negatives) == 1 and comparison.timeline(clip, "a man").spans[-1][1] == pytest.approx(3.0, abs=0.1)
    assert clip not in {h.clip_id for h in comparison.search("a man").hits.base}
    with pytest.raises(DataError, match="no labels"):
        comparison.true_caption(clip, 0)
    with pytest.raises(DataError, match="upload it again"):
        comparison.situation("upload-0")


def test_an_upload_is_opened_once(comparison, mp4, tmp_path, monkeypatch):
    from srlclip.app.session.session import Session
    from srlclip.video import frames as video

    opened, open_video = [], video.open_video
    monkeypatch.setattr(video, "open_video", lambda path, limits: opened.append(path) or open_video(path, limits))
    path = mp4("mine.mp4", frames=90)
    clip = comparison.add_video(str(path))
    assert opened == [path] and comparison.situation(clip).end == pytest.approx(3.0, abs=0.1)
    kept = comparison.caption(clip)
    assert opened == [path]  # what was embedded for the search is what captions read
    comparison.clips.kept.clear()
    assert comparison.caption(clip) == kept and opened == [path]  # captioned before
    monkeypatch.setattr(comparison, "captioned", CaptionMemory())
    assert comparison.caption(clip) == kept and len(opened) == 2
    del opened[1:]
    own, _ = Session(tmp_path).add(comparison, path, "mine.mp4")
    assert len(opened) == 2 and own.seconds == comparison.situation(clip).end


def test_an_upload_is_held_to_its_own_limits(comparison, mp4, monkeypatch):
    monkeypatch.setattr("srlclip.comparison.embedding.UPLOAD_LIMITS", Limits(max_seconds=2.0))
    path = str(mp4("mine.mp4", frames=90))
    with pytest.raises(VideoDecodeError, match=r"3 s long, allowed: 2 s"):
        comparison.add_video(path)
    assert comparison.embed_video(Situation("x", Path(path), ()))["base"].shape[0] == 2


def test_an_upload_of_a_gallery_clip_has_its_vectors(comparison):
    clip = comparison.situation(comparison.clip_ids()[0])
    upload = comparison.add_video(str(clip.path))
    for model, vectors in comparison.embed_clip(upload).items():
        np.testing.assert_array_equal(vectors, comparison.embed_clip(clip.clip_id)[model])


def test_a_bad_upload_names_the_problem(comparison, tmp_path):
    for name, data in (("empty.mp4", b""), ("text.mp4", b"hello")):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(VideoDecodeError, match=name):
            comparison.add_video(str(tmp_path / name))


def test_uploads_are_forgotten_in_order(comparison, mp4, monkeypatch):
    monkeypatch.setattr("srlclip.comparison.clips.UPLOADS_KEPT", 2)
    path = str(mp4(frames=5))
    first, *others = [comparison.add_video(path) for _ in range(3)]
    with pytest.raises(DataError):
        comparison.situation(first)
    assert all(comparison.situation(i) for i in others)


def test_gallery_embeddings_are_kept_for_the_next_start(comparison, tiny_clip, tiny_run, world):
    said = []
    again = Comparison.load(
        str(tiny_clip), str(tiny_run / "model"), world, progress=lambda share, what: said.append(what)
    )
    assert not said
    for model in ("base", "adapted"):
        assert np.array_equal(again.gallery.events[model], comparison.gallery.events[model])


def test_a_folder_without_labels(tiny_clip, tiny_run, world, tmp_path):
    videos = tmp_path / "mine"
    (videos / "sub").mkdir(parents=True)
    shutil.copy(read_vidsitu(world, "valid")[0].path, videos / "one.mp4")
    shutil.copy(read_vidsitu(world, "valid")[1].path, videos / "sub" / "two.MP4")
    (videos / "broken.mp4").write_bytes(b"x")
    (videos / "notes.txt").write_text("no video")
    said = []
    mine = Comparison.load(str(tiny_clip), str(tiny_run / "model"), videos, progress=lambda s, what: said.append(what))
    assert mine.clip_ids() == ("one", "sub/two") and any("left out" in s and "broken.mp4" in s for s in said)
    assert mine.examples() == ()  # nobody knows what is in them
    assert mine.verbs()[0] in mine.lexicon  # the adapter's own vocabulary


def test_jsonl_labels_with_different_numbers_of_events(tiny_clip, tiny_run, world, tmp_path):
    from dataclasses import replace

    from srlclip.data.jsonl import write_jsonl

    clips = read_vidsitu(world, "valid")
    short = [replace(c, events=c.events[:n], annotations=()) for c, n in zip(clips, (1, 3, 5), strict=True)]
    write_jsonl(tmp_path / "labels.jsonl", short)
    mixed = Comparison.load(str(tiny_clip), str(tiny_run / "model"), tmp_path)
    assert [len(mixed.caption(i).events) for i in mixed.clip_ids()] == [1, 3, 5]
    assert len(mixed.search("a man").hits.base) == 3


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"base": "no/such/place/at/all"}, CheckpointError, "allowed: a bundled name"),
        ({"adapter": "/nowhere"}, CheckpointError, "allowed: a bundled name"),
        ({"device": "quantum"}, ValueError, "allowed: cpu"),
        ({"gallery": "/nowhere"}, DataError, "no such folder"),
    ],
)
def test_what_cannot_be_loaded_is_named(tiny_clip, tiny_run, arguments, error, words):
    with pytest.raises(error, match=words):
        Comparison.load(**{"base": str(tiny_clip), "adapter": str(tiny_run / "model"), **arguments})


def test_another_base_is_refused(tiny_run, world, tmp_path):
    other = save_tiny_clip(tmp_path / "other", seed=5)
    with pytest.raises(CheckpointError, match="weights differ"):
        Comparison.load(str(other), str(tiny_run / "model"), world)


def test_a_base_alone_is_compared_with_itself(tiny_clip, world):
    alone = Comparison.load(str(tiny_clip), None, world)
    result = alone.search("a man pushes a box")
    assert [h.clip_id for h in result.hits.base] == [h.clip_id for h in result.hits.adapted]
    assert "no adapter" in alone.info.trained_on


def test_a_full_size_base_takes_the_same_path(world, tmp_path):
    """A random-weight ViT-B/32 in transformers' format, every dimension as in openai/clip-vit-base-patch32."""
    from transformers import CLIPConfig, CLIPModel, CLIPTokenizer

    from srlclip.config import ContextualizerSettings, LoraSettings
    from srlclip.models.srlclip import SRLCLIP

    folder = tmp_path / "vit-b-32"
    folder.mkdir()
    tokens, merges = vocabulary()
    words = [t for t in tokens if not t.startswith("<|")]
    words += [f"unused{i}" for i in range(49406 - len(words))]
    vocab = {t: i for i, t in enumerate([*words, "<|startoftext|>", "<|endoftext|>"])}
    (folder / "vocab.json").write_text(json.dumps(vocab))
    (folder / "merges.txt").write_text("#version: 0.2\n" + "\n".join(merges) + "\n")
    CLIPTokenizer.from_pretrained(str(folder)).save_pretrained(folder)
    torch.manual_seed(0)
    model = CLIPModel(CLIPConfig())
    assert sum(p.numel() for p in model.parameters()) == 151_277_313
    model.save_pretrained(folder)
    (folder / "preprocessor_config.json").write_text(json.dumps({"size": {"shortest_edge": 224}, "crop_size": 224}))
    del model

    adapter = tmp_path / "adapter"
    SRLCLIP.create(folder, LoraSettings(), ContextualizerSettings(layers=1)).save(adapter, {"trained_on": "nothing"})
    videos = tmp_path / "videos"
    videos.mkdir()
    for clip in read_vidsitu(world, "valid")[:2]:
        shutil.copy(clip.path, videos)
    big = Comparison.load(str(folder), str(adapter), videos)
    assert (big.info.embed_dim, big.info.image_size, big.pair.base.max_tokens) == (512, 224, 77)
    result = big.search("a man walks")
    assert len(result.hits.base) == 2
    # LoRA at its start changes nothing: both models give the same scores.
    assert [h.score for h in result.hits.base] == pytest.approx([h.score for h in result.hits.adapted], abs=1e-5)


def test_a_view_over_other_clips_ranks_scores_and_captions_them(comparison, world):
    from collections import OrderedDict
    from dataclasses import replace

    first, second = (comparison.situation(clip_id) for clip_id in comparison.clip_ids()[:2])
    own = replace(first, clip_id="mine.mp4")
    three = replace(second, clip_id="three.mp4", events=second.events[:3])
    frames = OrderedDict()
    clips = [(clip, comparison.embed_video(clip)) for clip in (own, three)]
    alone, both = (comparison.over(clips, with_gallery, frames) for with_gallery in (False, True))
    query = comparison.true_caption(first.clip_id, 1).text
    assert {h.clip_id for h in alone.search(query).hits.base} == {"mine.mp4", "three.mp4"}
    found = both.search(query)
    assert len(found.hits.adapted) == 11 and len(comparison.search(query).hits.base) == 9
    # the same video scores the same, wherever it comes from
    scores = {h.clip_id: h.score for h in found.hits.adapted}
    assert scores["mine.mp4"] == pytest.approx(scores[first.clip_id], abs=2e-3)
    assert len(alone.timeline("three.mp4", query).scores.base) == 3
    negatives = comparison.negatives_of(three, 1, ("natural", "verb_role"))
    assert {n.kind for n in negatives} == {"natural", "verb_role"}
    assert comparison.negatives_of(first, 1, ("verb_role",)) == comparison.negatives(first.clip_id, 1, ("verb_role",))
    assert len(alone.score("three.mp4", 1, query, negatives).negatives) == len(negatives)
    assert len(alone.caption("three.mp4").events) == 3 and list(frames) == [("three.mp4", 3, 4)]
    with pytest.raises(DataError, match="no clip"):
        comparison.situation("mine.mp4")
    with pytest.raises(ValueError, match="unique"):
        comparison.over([(first, clips[0][1])], True, frames)


def test_a_session_works_on_real_models(comparison, world, tmp_path):
    from srlclip.app.session.saved_file import dump, load
    from srlclip.app.session.session import Session

    video = comparison.situation(comparison.clip_ids()[0]).path
    session = Session(tmp_path)
    clip, _ = session.add(comparison, video, "mine.mp4")
    assert session.search(comparison, "a man pushes a box", True).value.hits.base
    session.annotate(clip.name, comparison.situation(comparison.clip_ids()[0]).events)
    negatives = session.negatives(comparison, clip.name, 0, ("natural", "noun"))
    session.score(comparison, clip.name, 0, "a man pushes a box", negatives)
    assert session.caption(comparison, clip.name).value.has_reference
    assert load(dump(session.clips, session.results)) == (session.clips, session.results)
