"""Points 11, 12 and 25 of the bar: several people and programs at once, and an app that runs for long."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import places
import pytest
from chrome import SLACK, WAIT, Page
from servers import start_app

QUERIES = tuple(
    f"a {who} in {colour} {does} {whom}"
    for who, does, whom in (("man", "pushes", "a woman"), ("robot", "kicks", "a ball"))
    for colour in ("red", "blue", "green", "yellow", "black")
)


def shown(page: Page, query: str) -> tuple[str, ...]:
    """What a search puts on the page: verdict and both columns."""
    page.search(query)
    return (page.text(places.VERDICT), *(page.text(places.COLUMN_OF.format(m)) for m in places.NAMES))


def test_11_two_browsers_at_once_get_in_20_interleaved_runs_the_answers_they_get_alone(page, another):
    page.visit()
    alone = {query: shown(page, query) for query in QUERIES}
    assert len(set(alone.values())) == len(QUERIES)
    other = another()
    other.visit()
    mixed: dict[str, list] = {"one": [], "other": []}

    def run(name: str, window: Page, queries: tuple[str, ...]) -> None:
        for query in queries:
            mixed[name].append((query, shown(window, query)))

    threads = [
        threading.Thread(target=run, args=("one", page, QUERIES)),
        threading.Thread(target=run, args=("other", other, QUERIES[::-1])),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20 * WAIT)
    runs = [*mixed["one"], *mixed["other"]]
    assert len(runs) == 20
    assert all(alone[query] == answer for query, answer in runs)
    assert not other.foreign(other.requests()) and not other.errors()


def test_12_five_users_see_their_place_in_the_line_and_all_are_served(page, fake):
    client = pytest.importorskip("gradio_client")
    slow = fake(pause=0.5)
    page.visit("", slow.url)
    others = [client.Client(slow.url, verbose=False) for _ in range(4)]
    jobs = [one.submit(clip_id="clip_01", api_name="/caption") for one in others]  # 2.5 s each, one at a time
    page.fill(places.QUERY, "a man pushes a box")
    place = page.until(
        "(() => { const t = shown(arguments[0]).map((e) => e.innerText).join(' ');"
        r" return /queue: *\d+ *\/ *\d+/.test(t) && t; })()",
        WAIT,
        places.TRACKER,
    )
    assert "queue" in place
    assert all(len(job.result(60 * SLACK)["events"]) == 5 for job in jobs)
    page.until("(shown('.sc-verdict')[0] || {innerText: ''}).innerText.includes('a man pushes a box')")
    page.search("and another one")
    assert "and another one" in page.text(places.VERDICT)


def test_12_a_full_line_is_refused_with_a_message_and_recovers(fake):
    client = pytest.importorskip("gradio_client")
    slow = fake(pause=0.2)
    one = client.Client(slow.url, verbose=False)
    with ThreadPoolExecutor(30) as pool:
        outcomes = [
            f.exception() for f in [pool.submit(one.predict, "clip_01", api_name="/caption") for _ in range(30)]
        ]
    refused = [str(error) for error in outcomes if error is not None]
    assert len(refused) < 30, "nobody was served"
    assert all("queue" in told.lower() or "full" in told.lower() for told in refused), refused[:2]
    assert one.predict("a man", 1, api_name="/search")["base"]
    assert "Traceback" not in slow.said()


def test_25_200_mixed_calls_leave_memory_stable_and_ctrl_c_ends_the_app_in_5_s(another, folder):
    """Memory is compared after as many calls of every kind as fill the caches that are bounded."""
    client = pytest.importorskip("gradio_client")
    import videos

    app = start_app()
    try:
        window = another()
        window.visit("", app.url)  # a page that stays open: its connection must not hold the app
        one = client.Client(app.url, verbose=False)
        clips = [clip["clip_id"] for clip in one.predict(limit=200, api_name="/info")["clips"]]
        good, bad = videos.good(folder), videos.renamed_text(folder)

        def call(number: int) -> None:
            clip = clips[number % len(clips)]
            kind = number % 8
            if kind in (0, 1, 2):
                assert one.predict(f"a man pushes box {number}", 5, api_name="/search")["base"]
            elif kind == 3:
                assert one.predict(clip_id=clip, api_name="/caption")["events"]
            elif kind == 4:
                assert one.predict(clip_id=clip, event_index=number % 5, api_name="/score")["negatives"]
            elif kind == 5:
                assert one.predict(texts=[f"text {number}"], clip_id=clip, api_name="/embed")["video"]
            elif kind == 6:
                with pytest.raises(Exception, match="no clip|empty"):
                    one.predict(clip_id="nope", api_name="/caption")
            else:
                video = client.handle_file(str(good if number % 16 == 7 else bad))
                if number % 16 == 7:
                    assert one.predict(video=video, api_name="/embed")["video"]
                else:
                    with pytest.raises(Exception, match="renamed_text"):
                        one.predict(video=video, api_name="/embed")

        for number in range(80):
            call(number)
        before = app.resident()
        for number in range(80, 280):
            call(number)
        after = app.resident()
        assert after < 1.1 * before, f"{before:.0f} MB before, {after:.0f} MB after 200 calls"
        said = app.said()
        assert "Traceback" not in said, said[-3000:]
        assert app.interrupt(5 * SLACK) < 5 * SLACK
        assert app.process.returncode == 0 and "Traceback" not in app.said()
    finally:
        app.stop()
