"""What a visitor does on the own-clips tab: bring videos, label them, and ask both models about them."""

from __future__ import annotations

import shutil
from pathlib import Path

import places
from chrome import WAIT, Page
from servers import ROOT

#: Clips that the bundled models know something of.
VIDEOS = tuple(sorted((ROOT / "srlclip/assets/gallery/videos").glob("*.mp4")))


def video(folder: Path, name: str, number: int = 0) -> Path:
    """One of the bundled clips under a name of its own."""
    path = folder / name
    shutil.copyfile(VIDEOS[number], path)
    return path


def bring(page: Page, *paths: Path, field: int = 0) -> str:
    """Upload files and wait for what became of them."""
    before = page.text(places.TOLD)
    page.upload(*paths, field=field)
    page.until(
        "((t) => t && t !== arguments[1])((shown(arguments[0])[0] || {innerText: ''}).innerText.trim()) && !busy()",
        2 * WAIT,
        places.TOLD,
        before,
    )
    return page.text(places.TOLD)


def bring_to(page: Page, *paths: Path) -> None:
    """Open the tab and bring files that are all read."""
    page.open_tab("own")
    assert "✕" not in bring(page, *paths)
    clips(page, len(paths))


def clips(page: Page, count: int, words: str = "") -> str:
    """Wait until the shelf has so many clips and says `words`; what stands on it. It is drawn after a run has ended."""
    page.until(
        "shown(arguments[0]).length === arguments[1] && (shown(arguments[2])[0] || {innerText: ''}).innerText"
        ".includes(arguments[3])",
        WAIT,
        f"{places.SHELF} {places.CARD}",
        count,
        places.SHELF,
        words,
    )
    return page.text(places.SHELF)


def label(page: Page) -> None:
    """Labels for every event of the chosen clip, from SRL-CLIP's captions."""
    page.open_tab("labels")
    page.run(lambda: page.button(places.FROM_SRL))
    clips(page, page.count(f"{places.SHELF} {places.CARD}"), "5 of 5")


def search(page: Page, query: str) -> None:
    page.open_tab("search")
    page.search(query)


def caption(page: Page) -> None:
    page.open_tab("own-captions")
    page.run(lambda: page.button(places.CAPTION_IT))


def score(page: Page) -> None:
    page.open_tab("own-negatives")
    page.run(lambda: page.button(places.SCORE_IT))


def fill(page: Page, folder: Path) -> None:
    """Two clips, labels, and a result of every kind."""
    page.visit("?tab=own")
    bring(page, video(folder, "first.mp4", 10), video(folder, "second.mp4", 11))
    clips(page, 2)
    label(page)
    search(page, "a child in black waves")
    caption(page)
    score(page)
    files(page)


def files(page: Page, told: str = " results") -> dict[str, bytes]:
    """The comparison, the report and the labels as the page saves them. told: what the page says that they are made of."""
    page.open_tab("kept")
    page.button(places.MAKE_FILES)
    page.until("shown('[role=tabpanel]').some((p) => p.innerText.includes(arguments[0])) && !busy()", WAIT, told)
    page.until("document.querySelector(arguments[0])", WAIT, f"a[download='{places.REPORT}']")
    return page.saved()
