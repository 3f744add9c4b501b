"""Dense captioning: events that a captioner marked and described, against what annotators saw, one value a video.

Sentences: the challenge's rules of 2018. At each least overlap (0.3, 0.5, 0.7, 0.9) a prediction is compared with every
reference, of any annotator, whose span overlaps it that much, or with words that fit nothing; scores of a video are those of
all its pairs together (CIDEr's document frequencies are its own), averaged over the four. Proposals: precision and recall.
Story: SODA_c against the annotator whom it fits best. A video without a prediction scores 0 throughout, also under SODA,
whose own code leaves it out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from srlclip.evaluation.benchmarks.described import DenseCaptions, Described
from srlclip.evaluation.benchmarks.outcome import Observed
from srlclip.evaluation.metrics.caption_scores import bleu4, cider, rouge_l
from srlclip.evaluation.metrics.dense_captions import TIOUS, matches, overlaps, proposals, soda
from srlclip.evaluation.metrics.meteor import Meteor, plain_tokens, ptb_tokens, why_no_java
from srlclip.evaluation.towers import Observations
from srlclip.progress import Pace, Progress

#: What a prediction that overlaps no reference is compared with, as the challenge's evaluator writes it.
NOTHING = "abc123!@#"
#: SODA_c with another score of sentences than the published METEOR, which every computer can have.
VARIANT = "SODA_c with ROUGE-L (not the published one)"


@dataclass(frozen=True)
class Words:
    """How sentences become tokens. table: sentence -> its tokens, apart by single spaces. ptb: by Stanford's tokeniser."""

    table: Mapping[str, str]
    ptb: bool

    @classmethod
    def of(cls, task: DenseCaptions, predictions: Sequence[Mapping[str, Described]], java: bool) -> Words:
        """Of all sentences at once: the tokeniser's program starts once."""
        wanted = set(task.videos)
        texts = {NOTHING, *task.texts()}
        texts |= {
            t for each in predictions for video, events in each.items() if video in wanted for t in events.sentences
        }
        ordered = sorted(texts)
        ascii_only = ["".join(c if ord(c) < 128 else " " for c in text) for text in ordered]  # the evaluator's rule
        tokens = (ptb_tokens if java else plain_tokens)(ascii_only)
        return cls(dict(zip(ordered, tokens, strict=True)), java)

    def __getitem__(self, sentences: Sequence[str]) -> list[str]:
        return [self.table[sentence] for sentence in sentences]


def java_here(wanted: bool) -> tuple[bool, str]:
    """Whether METEOR is measured, and why not."""
    reason = why_no_java() if wanted else "not measured: --no-java"
    return not reason, reason


def observe_all(
    task: DenseCaptions,
    predictions: Mapping[str, Mapping[str, Described]],
    java: bool = True,
    progress: Progress | None = None,
) -> dict[str, Observed]:
    """Name of a prediction file -> what is observed of it, (V,) values per metric, of task.videos. java: False leaves METEOR
    out, and with it the published SODA_c; so does a computer without it."""
    java, reason = java_here(java)
    words = Words.of(task, list(predictions.values()), java)
    if not java:
        return {name: _observe(task, each, words, None, reason, progress) for name, each in predictions.items()}
    with Meteor() as meteor:
        return {name: _observe(task, each, words, meteor, reason, progress) for name, each in predictions.items()}


def _observe(
    task: DenseCaptions,
    predictions: Mapping[str, Described],
    words: Words,
    meteor: Meteor | None,
    reason: str,
    progress: Progress | None,
) -> Observed:
    rows, videos = [], task.videos
    pace = Pace(len(videos), "videos")
    for done, video in enumerate(videos, 1):
        rows.append(_video(predictions.get(video), task.of(video), words, meteor))
        if progress:
            progress(done / len(videos), f"video {done} of {len(videos)}{pace.left(done)}")
    values = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    clip = np.arange(len(videos))
    metrics = {name: Observations(column, clip) for name, column in values.items()}
    if meteor is None:
        nothing = Observations(np.zeros(0), np.zeros(0, int), reason=reason)
        metrics |= dict.fromkeys(("METEOR", "SODA_c"), nothing)
    counts = [len(predictions[video].sentences) if video in predictions else 0 for video in videos]
    return Observed(metrics, {"predictions": np.array(counts), **values})


def _video(
    predicted: Described | None, references: Sequence[Described], words: Words, meteor: Meteor | None
) -> dict[str, float]:
    """All metrics of one video, fractions of 1 (CIDEr: up to 10)."""
    if predicted is None:
        predicted = Described.of([], [])
    overlap = [overlaps(predicted.spans, each.spans) for each in references]
    rows = [_at(tiou, predicted, references, overlap, words, meteor) for tiou in TIOUS]
    out = {name: float(np.mean([row[name] for row in rows])) for name in rows[0]}
    if meteor is not None:
        out |= _story("SODA_c", overlap, [_meteors(predicted, each, words, meteor) for each in references])
    out |= _story(VARIANT, overlap, [_rouges(predicted, each, words) for each in references])
    for name in ("CIDEr", "precision", "recall"):
        out |= {f"{name} at {tiou:g}": row[name] for tiou, row in zip(TIOUS, rows, strict=True)}
    return out


def _at(
    tiou: float,
    predicted: Described,
    references: Sequence[Described],
    overlap: Sequence[np.ndarray],
    words: Words,
    meteor: Meteor | None,
) -> dict[str, float]:
    """Scores of one video at one least overlap."""
    pairs = matches(overlap, tiou)
    true = words[[NOTHING if a < 0 else references[a].sentences[j] for _, a, j in pairs]]
    said = words[[predicted.sentences[i] for i, _, _ in pairs]]
    lists = [[text] for text in true]
    scores = {"CIDEr": float(np.mean(cider(lists, said))) if said else 0.0}
    if meteor is not None:
        scores["METEOR"] = meteor.scores(true, said)[0]
    scores["BLEU4"] = bleu4(lists, said)
    scores["ROUGE-L"] = float(np.mean(rouge_l(lists, said))) if said else 0.0
    return scores | dict(zip(("precision", "recall"), proposals(overlap, tiou), strict=True))


def _story(name: str, overlap: Sequence[np.ndarray], scores: Sequence[np.ndarray]) -> dict[str, float]:
    """SODA against the annotator with the best F."""
    each = [soda(o, s) for o, s in zip(overlap, scores, strict=True)]
    return {name: max(f for _, _, f in each)}


def _meteors(predicted: Described, reference: Described, words: Words, meteor: Meteor) -> np.ndarray:
    """(N, M). SODA's published code hands METEOR the predicted sentence as the reference; its figures are made so."""
    said, true = words[predicted.sentences], words[reference.sentences]
    pairs = [(p, r) for p in said for r in true]
    _, each = meteor.scores([p for p, _ in pairs], [r for _, r in pairs])
    return each.reshape(len(said), len(true))


def _rouges(predicted: Described, reference: Described, words: Words) -> np.ndarray:
    """(N, M)."""
    said, true = words[predicted.sentences], words[reference.sentences]
    pairs = [(p, r) for p in said for r in true]
    return rouge_l([[r] for _, r in pairs], [p for p, _ in pairs]).reshape(len(said), len(true))


def labels(task: DenseCaptions) -> list[dict[str, str]]:
    """What each row of Observed.cases is about."""
    return [{"video": video} for video in task.videos]
