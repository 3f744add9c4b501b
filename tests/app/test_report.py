"""The shared report: one file without scripts or requests, escaped, small, and complete."""

import re
from dataclasses import replace
from datetime import datetime, timezone
from html.parser import HTMLParser

import pytest
from fake_comparison import FakeComparison

from srlclip.app.session import report as reports
from srlclip.app.session.report import report
from srlclip.app.session.values import Models, OwnClip, Result, models_of
from srlclip.results import Both, ScoredCaption, ScoreResult
from srlclip.situations import Caption, Event, Role

HOSTILE = "\"><img src=x onerror=alert(1)><script>alert(1)</script> ${1+1} {{x}} ' 😀 שלום"
WHEN = datetime(2026, 1, 31, 12, 0, tzinfo=timezone.utc)


@pytest.fixture(scope="module")
def models():
    return models_of(FakeComparison(None, 1))


@pytest.fixture(scope="module")
def results(models):
    comparison = FakeComparison(None, 4)
    scored = comparison.score("clip_01", 2, HOSTILE, [Caption(HOSTILE + str(i), HOSTILE[:30]) for i in range(3)])
    values = {"search": comparison.search(HOSTILE), "captions": comparison.caption("clip_01"), "negatives": scored}
    return [Result(kind, "2026-01-31T11:00:00+00:00", models, value) for kind, value in values.items()]


def clip(name=HOSTILE):
    event = Event(HOSTILE, "x.01", (Role("Arg0", HOSTILE, HOSTILE),))
    return OwnClip(name, 12345, "ab" * 32, 9.5, (event, None, None, None, None))


class Elements(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.found, self.attributes = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]


def test_nothing_from_outside_becomes_markup_and_nothing_is_requested(models, results):
    text = report([clip()], results, {HOSTILE: b"\xff\xd8jpeg"}, models, WHEN)
    page = Elements(text)
    assert not {"script", "iframe", "object", "form", "a", "base", "video"} & set(page.found)
    assert not [name for _, name, _ in page.attributes if name.startswith("on")]
    addresses = [value for _, name, value in page.attributes if name in ("src", "href", "xlink:href", "srcset")]
    assert all(value.startswith(("data:", "#")) for value in addresses)
    assert "url(" not in re.sub(r"url\(#", "", text) and "@import" not in text
    assert "default-src &#39;none&#39;" in text or "default-src 'none'" in text
    assert "${" not in text.split("</style>")[1] and "onerror=alert(1)&gt;" in text


def test_it_says_what_when_and_by_which_models(models, results):
    text = report([clip("my clip.mp4")], results, {}, models, WHEN)
    for words in ("2026-01-31 12:00 UTC", "mini-base", "mini-srlclip", models.fingerprint.base, "Small bundled models",
                  "my clip.mp4", "prefers-color-scheme:dark", "@media print", "Top-5 overlap", "negatives beaten",
                  "Event 1, 0 to 2 s", "ab" * 8, "ties included"):  # fmt: skip
        assert words in text, words
    assert text.count("<svg") == 2 and text.index("Base CLIP") < text.index("SRL-CLIP")


def test_real_models_bring_no_banner_and_other_pairs_are_named(models, results):
    real = Models(replace(models.info, is_synthetic=False, base_id="org/big"), Both("1" * 16, "2" * 16))
    assert "Small bundled models" not in report([], [replace(results[2], models=real)], {}, real, WHEN)
    mixed = report([], results, {}, real, WHEN)
    assert mixed.count("Made with another pair") == 3 and "Small bundled models" in mixed


def test_too_much_loses_pictures_then_the_oldest_results_and_says_so(models, results, monkeypatch):
    whole = len(report([clip("a")], results, {}, models, WHEN).encode())
    monkeypatch.setattr(reports, "MAX_BYTES", whole + 2000)
    without = report([clip("a")], results, {"a": b"x" * 10_000}, models, WHEN)
    assert "Pictures were left out" in without and without.count('class="result"') == 3
    monkeypatch.setattr(reports, "MAX_BYTES", whole - 2000)
    short = report([clip("a")], results, {"a": b"x"}, models, WHEN)
    assert len(short.encode()) < whole - 2000 and "oldest results were left out" in short
    assert "Hard negatives of clip_01" in short and "Search:" not in short


def test_a_full_session_stays_below_five_megabytes(models):
    comparison = FakeComparison(None, 12)
    wide = comparison.search("x" * 2000)
    many = tuple(ScoredCaption(Caption("y" * 2000, "noun"), Both(0.1, 0.2), Both(0.1, -0.1)) for _ in range(120))
    score = ScoreResult("clip_01", 0, ScoredCaption(Caption("z" * 2000), Both(0.2, 0.1)), many)
    results = [Result("search", WHEN.isoformat(), models, wide)] * 4
    results += [Result("negatives", WHEN.isoformat(), models, score)] * 2
    long_event = Event("v" * 300, "v.01", tuple(Role("Arg0", "n" * 300, "f" * 300) for _ in range(30)))
    clips = [OwnClip(f"clip_{i:02d}", 1, f"{i:064d}", 100.0, (long_event,) * 60) for i in range(12)]
    text = report(clips, results, {c.name: b"x" * 8000 for c in clips}, models, WHEN)
    assert len(text.encode()) < 5_000_000 and text.endswith("</html>")


def test_an_empty_session_is_a_report_too(models):
    assert "No results were saved" in report([], [], {}, models)
