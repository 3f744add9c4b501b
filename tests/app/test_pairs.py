"""Pairs loaded in the background: once, shared, bounded, by rules; every session its own. Fakes, and one tiny CLIP."""

import asyncio
import contextvars
import json
import socket
import threading
import time
import urllib.request
from dataclasses import replace
from types import SimpleNamespace

import pytest
from fake_comparison import FakeComparison
from gradio.context import LocalContext

from srlclip.app import serve
from srlclip.app.pairs import ModelRules, PairName, PairStore
from srlclip.app.ui import build_demo, launch_settings, models_panel
from srlclip.app.ui.page_pair import PageComparison, PagePairs
from srlclip.situations import CheckpointError

HOME = PairName("mini-base", "mini-srlclip")
A, B, C = (PairName(f"base-{x}", f"adapter-{x}") for x in "abc")


def fake(name: PairName, clips: int = 4) -> FakeComparison:
    made = FakeComparison(None, clips)
    made.info = replace(made.info, base_id=name.base, adapter_id=name.adapter)
    return made


class Loader:
    """Counts its calls and can be held back; names with "bad" fail, with "bug" differently."""

    def __init__(self):
        self.calls, self.go = [], threading.Event()
        self.go.set()
        self.most, self.now = 0, 0

    def __call__(self, name, progress):
        self.calls.append(name)
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            progress(0.5, "embedding clip 2 of 4")
            assert self.go.wait(20)
            if "bad" in str(name):
                raise CheckpointError(f"no model folder at {name.base};\n allowed: others")
            if "bug" in str(name):
                raise MemoryError
            return fake(name)
        finally:
            self.now -= 1


@pytest.fixture
def loader():
    return Loader()


@pytest.fixture
def store(loader):
    made = PairStore(loader)
    made.put(HOME, fake(HOME))
    return made


def inside(session, work, *args):
    """As an event of that session runs: in a context of its own, with its request."""
    LocalContextRun = contextvars.copy_context()

    def run():
        LocalContext.request.set(SimpleNamespace(session_hash=session))
        return work(*args)

    return LocalContextRun.run(run)


def test_a_requested_pair_is_loaded_in_the_background_and_tells_how_far_it_is(store, loader):
    loader.go.clear()
    loading = store.request(A)
    for _ in range(200):
        if loading.what.startswith("embedding"):
            break
        time.sleep(0.01)
    assert loading.what == "embedding clip 2 of 4" and loading.share == pytest.approx(0.65) and not loading.ended
    assert store.get() is store.get(HOME)  # the running pair goes on
    with pytest.raises(ValueError, match="no longer loaded"):
        store.get(A)
    loader.go.set()
    assert loading.wait(20) and loading.error == "" and loading.share == 1.0
    assert store.get(A).info.base_id == "base-a" and store.default == HOME


def test_the_same_pair_asked_for_at_once_is_loaded_once_and_another_waits_its_turn(store, loader):
    loader.go.clear()
    same = [store.request(A) for _ in range(8)]
    other = store.request(B)
    assert all(loading is same[0] for loading in same)
    loader.go.set()
    assert same[0].wait(20) and other.wait(20)
    assert loader.calls == [A, B] and loader.most == 1
    assert store.request(A).ended and len(loader.calls) == 2


@pytest.mark.parametrize("word, told", [("bad", "no model folder at bad"), ("bug", "MemoryError")])
def test_a_failed_load_says_why_in_one_line_and_leaves_the_rest_alone(store, loader, word, told):
    loading = store.request(PairName(word))
    assert loading.wait(20) and told in loading.error and "\n" not in loading.error
    assert store.names() == (HOME,) and store.get().info.base_id == "mini-base"
    again = store.request(PairName(word))  # not remembered: the folder may be there now
    assert again.wait(20) and len(loader.calls) == 2


def test_the_pair_used_longest_ago_goes_but_never_the_default(store):
    for name in (A, B):
        assert store.request(name).wait(20)
    store.get(A)
    assert store.request(C).wait(20)
    assert set(store.names()) == {HOME, A, C}
    with pytest.raises(ValueError, match="base-b with adapter-b is no longer loaded"):
        store.get(B)


def test_the_pair_the_app_is_started_for_becomes_the_default_when_it_is_there(loader):
    store = PairStore(loader, ModelRules(()))  # no rule forbids what the owner asked for
    loader.go.clear()
    loading = store.start(A)
    store.put(HOME, fake(HOME))
    assert store.default == HOME
    loader.go.set()
    assert loading.wait(20) and store.default == A and store.first == HOME
    assert set(store.names()) == {HOME, A}


def test_too_many_waiting_pairs_are_refused(store, loader):
    loader.go.clear()
    waiting = [store.request(PairName(f"m{i}")) for i in range(5)]
    with pytest.raises(ValueError, match="being loaded already"):
        store.request(PairName("one more"))
    loader.go.set()
    assert all(loading.wait(20) for loading in waiting)


def test_rules_allow_only_named_models_and_find_folders_of_the_root(tmp_path):
    (tmp_path / "run" / "model").mkdir(parents=True)
    (tmp_path / "run" / "model" / "srlclip.json").write_text("{}", "utf-8")
    (tmp_path / "empty").mkdir()
    free = ModelRules(None, tmp_path)
    assert free.offered() == ("run",) and free.checked(PairName("a/b", "run")) == PairName("a/b", str(tmp_path / "run"))
    strict = ModelRules(("a/b", "run"), tmp_path)
    assert strict.checked(PairName(None, "run")).adapter == str(tmp_path / "run")
    for wrong in ("/etc", "a/c", "../x", "RUN", "a/b\n"):
        with pytest.raises(ValueError, match="cannot be chosen here; allowed: a/b, run"):
            strict.checked(PairName("a/b", wrong))
    with pytest.raises(ValueError, match="allowed: none"):
        ModelRules(()).checked(PairName("a/b"))


def test_further_bundled_adapters_may_be_chosen_where_nothing_else_may():
    rules = ModelRules((), None, (("adapters/swap", "Roles swapped"),))
    assert rules.offered() == () and rules.checked(PairName(None, "adapters/swap")) == PairName(None, "adapters/swap")
    for wrong in (PairName("adapters/swap"), PairName("a/b", "adapters/swap"), PairName(None, "adapters/other")):
        with pytest.raises(ValueError, match="allowed: none"):
            rules.checked(wrong)


def test_the_apps_own_pair_brings_its_adapters_and_other_pairs_do_not(monkeypatch):
    from srlclip.models import checkpoints

    monkeypatch.delenv("SPACE_ID", raising=False)
    monkeypatch.setattr(checkpoints, "bundled_adapters", lambda: {"adapters/swap": "Roles swapped"})

    def adapters(*argv, host="0.0.0.0"):
        return serve.model_rules(serve.parser().parse_args([*argv]), host).adapters

    assert adapters() == adapters(host="127.0.0.1") == (("adapters/swap", "Roles swapped"),)
    assert adapters("--base", "x/y") == adapters("--allow-models", "a/b") == ()


def panel_of(rules):
    """The Models panel's fold and its fields, as the page draws them."""
    import gradio as gr

    store = PairStore(Loader(), rules)
    store.put(HOME, fake(HOME))
    blocks = build_demo(store).blocks.values()
    fold = next(b for b in blocks if isinstance(b, gr.Accordion) and b.label == "Models")
    fields = [
        b for b in blocks if isinstance(b, gr.Dropdown) and b.label and b.label.startswith(("Base CLIP", "SRL-CLIP"))
    ]
    return (
        fold,
        *fields,
        next(b.value for b in blocks if isinstance(b, gr.HTML) and "This page compares" in str(b.value)),
    )


def test_the_panel_offers_a_further_adapter_by_its_readable_name_and_says_where_its_gallery_comes_from():
    fold, base, adapter, text = panel_of(ModelRules((), None, (("adapters/swap", "Roles swapped"),)))
    assert fold.visible and not base.visible
    assert ("Roles swapped (adapters/swap)", "adapters/swap") in adapter.choices
    assert "gallery of 4 clips was embedded when they were chosen" in text


def test_without_further_adapters_the_panel_is_as_it_was():
    fold, base, adapter, text = panel_of(ModelRules(()))
    assert not fold.visible and adapter.choices == [models_panel.NO_ADAPTER] and "gallery of" not in text
    fold, base, adapter, text = panel_of(ModelRules(None))
    assert fold.visible and base.visible
    for field, own in ((base, "mini-base"), (adapter, "mini-srlclip")):
        assert (own, own) in field.choices and all(read for read, _ in field.choices), "an option without a name"
    assert (base.value, adapter.value) == ("", "mini-srlclip"), "the fields do not hold what the page shows"


def test_the_lists_tell_bases_from_adapters_by_their_files(tmp_path):
    for name, mark in (("clip", "config.json"), ("swap", "srlclip.json"), ("run", "model/srlclip.json")):
        (tmp_path / name / mark).parent.mkdir(parents=True)
        (tmp_path / name / mark).write_text("{}")
    (tmp_path / "other").mkdir()
    rules = ModelRules(None, tmp_path)
    assert rules.offered() == ("clip", "run", "swap")
    assert rules.offered("base") == ("clip",) and rules.offered("adapter") == ("run", "swap")
    assert ModelRules(("a/b",)).offered("base") == ModelRules(("a/b",)).offered("adapter") == ("a/b",)


@pytest.mark.parametrize("asked", [HOME, PairName(None, "mini-srlclip")])
def test_asking_for_the_pair_that_is_shown_is_answered_at_once_and_loads_nothing(store, loader, asked):
    assert asked.is_same(HOME) and not PairName("mini-base").is_same(HOME) and not A.is_same(HOME)

    async def updates():
        return [u async for u in models_panel.asked(PagePairs(store), asked.base, asked.adapter, "one")]

    ((status, wanted),) = asyncio.run(updates())
    assert wanted is None and "already shows <bdi>mini-base with mini-srlclip" in html_of(status) and not loader.calls


def html_of(update):
    return update.value if hasattr(update, "value") else update["value"]


def test_only_an_app_that_nobody_else_reaches_loads_anything(monkeypatch):
    monkeypatch.delenv("SPACE_ID", raising=False)

    def rules(*argv, host="127.0.0.1"):
        return serve.model_rules(serve.parser().parse_args([*argv]), host).allowed

    assert rules() is None
    assert rules(host="0.0.0.0") == ()
    assert rules("--allow-models", "a/b, c/d", "--base", "x/y") == ("x/y", "a/b", "c/d")
    assert rules("--allow-models", "*", host="0.0.0.0") is None
    monkeypatch.setenv("SPACE_ID", "me/space")
    assert rules() == ()


def test_two_sessions_never_get_each_others_pair(store):
    sessions = PagePairs(store)
    seen = PageComparison(sessions)
    assert store.request(A).wait(20)
    inside("one", sessions.choose, "one", A)
    for _ in range(20):
        assert inside("one", lambda: seen.info.base_id) == "base-a"
        assert inside("two", lambda: seen.info.base_id) == "mini-base"
    assert seen.info.base_id == "mini-base"  # outside of events: the page is drawn with the default


def test_an_event_keeps_its_pair_to_the_end_while_its_page_switches(store):
    sessions = PagePairs(store)
    seen = PageComparison(sessions)
    assert store.request(A).wait(20)

    def event():
        before = seen.info.base_id
        threading.Thread(target=sessions.choose, args=("one", A)).run()
        other = contextvars.Context().run(lambda: sessions.name("one"))
        return before, other

    assert inside("one", event)[1] == A

    def long_event():
        before = seen.info.base_id
        worker = threading.Thread(target=sessions.choose, args=("two", A))
        worker.start()
        worker.join()
        return before, seen.info.base_id

    assert inside("two", long_event) == ("mini-base", "mini-base")
    assert inside("two", lambda: seen.info.base_id) == "base-a"


def test_a_page_whose_pair_had_to_go_is_told_and_not_given_another(store):
    sessions = PagePairs(store)
    seen = PageComparison(sessions)
    assert store.request(A).wait(20)
    sessions.choose("one", A)
    for name in (B, C):
        assert store.request(name).wait(20)
    with pytest.raises(ValueError, match="base-a with adapter-a is no longer loaded"):
        inside("one", lambda: seen.info)


def test_what_the_panel_shows_while_loading_and_after_a_failure(store, loader):
    sessions = PagePairs(store)
    loader.go.clear()
    loading = store.request(PairName("bad<img src=x>"))

    async def all_updates():
        seen = []
        async for status, wanted in models_panel.watched(loading, sessions, "one"):
            seen.append((status.value if hasattr(status, "value") else status["value"], wanted))
            loader.go.set()
        return seen

    shown = asyncio.run(all_updates())
    assert "Loading" in shown[0][0] and "%" in shown[0][0] and "mini-base with mini-srlclip" in shown[0][0]
    assert "could not be loaded" in shown[-1][0] and "still shows" in shown[-1][0]
    assert all(wanted is None and "<img" not in html for html, wanted in shown)


@pytest.mark.parametrize(
    "allowed, shown", [(None, "/srv/private/models/bad"), (("/srv/private/models/bad",), "models/bad")]
)
def test_only_the_machines_own_user_sees_where_models_lie(loader, allowed, shown):
    store = PairStore(loader, ModelRules(allowed))
    store.put(HOME, fake(HOME))
    loading = store.request(PairName("/srv/private/models/bad"))
    assert loading.wait(20)

    async def last():
        return [status async for status, _ in models_panel.watched(loading, PagePairs(store), "one")][-1]

    assert f"no model folder at {shown};" in asyncio.run(last()).value


@pytest.fixture(scope="module")
def served():
    loader = Loader()
    store = PairStore(loader)
    store.put(HOME, fake(HOME, 6))
    demo = build_demo(store)
    _, url, _ = demo.launch(prevent_thread_lock=True, quiet=True, server_name="127.0.0.1", **launch_settings())
    yield SimpleNamespace(url=url, store=store, demo=demo)
    demo.close(verbose=False)


def event(served, session: str, name: str, *data) -> list:
    """One event of a page, as the browser sends it: its last output values."""
    function = next(f for f in served.demo.fns.values() if getattr(f.fn, "__name__", "") == name)
    body = {"data": list(data), "fn_index": function._id, "session_hash": session, "trigger_id": 0}
    headers = {"Content-Type": "application/json"}
    join = urllib.request.Request(f"{served.url}gradio_api/queue/join", json.dumps(body).encode(), headers)
    with urllib.request.urlopen(join, timeout=30) as answer:
        mine = json.loads(answer.read())["event_id"]
    final = []
    with urllib.request.urlopen(f"{served.url}gradio_api/queue/data?session_hash={session}", timeout=60) as stream:
        for line in stream:
            if line.startswith(b"data: "):
                message = json.loads(line[6:])
                if message.get("event_id") == mine and message["msg"] == "process_completed":
                    assert message["success"], message
                    final = message["output"]["data"]
                    break
    return final


def test_over_http_a_switch_changes_its_own_page_everywhere_and_no_other(served):
    for session in ("s1", "s2"):
        event(served, session, "restore")
    event(served, "s1", "watch", "base-a", "adapter-a")
    changed = json.dumps(event(served, "s1", "switch", None, None))
    assert changed.count("base-a") >= 3 and "adapter-a" in changed and "Target clip" in changed
    assert event(served, "s1", "search", "a man pushes", 2)[0]["models"]["base"] == "base-a"
    assert event(served, "s2", "search", "a man pushes", 2)[0]["models"]["base"] == "mini-base"
    unchanged = json.dumps(event(served, "s2", "switch", None, None))  # it has the default already
    assert "base" not in unchanged and "Target clip" not in unchanged
    event(served, "s1", "watch", "bad", "")
    event(served, "s1", "switch", None, None)
    assert event(served, "s1", "search", "a man pushes", 2)[0]["models"]["base"] == "base-a"
    event(served, "s1", "restore")  # what a reload does, under a new session of its own
    assert event(served, "s1", "search", "a man pushes", 2)[0]["models"]["base"] == "mini-base"


def test_a_tiny_clip_from_a_folder_becomes_a_second_pair(tiny_clip, mp4, tmp_path, monkeypatch):
    monkeypatch.setenv("SRLCLIP_CACHE", str(tmp_path / "cache"))
    (tmp_path / "videos").mkdir()
    for number in range(2):
        mp4(f"videos/clip{number}.mp4")
    argv = ["--gallery", str(tmp_path / "videos"), "--models", str(tiny_clip.parent)]
    store = serve.load_pairs(args := serve.parser().parse_args(argv), serve.model_rules(args, "127.0.0.1"), 60)
    assert store.default == HOME and len(store.get().clip_ids()) == 2 and store.rules.offered() == (tiny_clip.name,)
    loading = store.request(PairName(tiny_clip.name))
    assert loading.wait(60) and loading.error == "", loading.error
    second = store.get(store.rules.checked(PairName(tiny_clip.name)))
    assert second.info.base_id == str(tiny_clip) and second.clip_ids() == store.get().clip_ids()
    assert second.search("a man walks").hits.base[0].score != store.get().search("a man walks").hits.base[0].score
    bad = store.request(PairName(str(tmp_path / "nowhere")))
    assert bad.wait(60) and "no model folder" in bad.error and store.get().info.base_id == "mini-base"


def test_clips_that_cannot_be_decoded_are_left_out_by_name(mp4, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("SRLCLIP_CACHE", str(tmp_path / "cache"))
    (tmp_path / "videos").mkdir()
    mp4("videos/good.mp4")
    for name in ("empty", "text"):
        (tmp_path / f"videos/{name}.mp4").write_text("no video" * (name == "text"))
    args = serve.parser().parse_args(["--gallery", str(tmp_path / "videos")])
    for _ in range(2):  # the second time from the cache
        assert list(serve.load_pairs(args, ModelRules(()), 60).get().left_out) == ["empty", "text"]
        assert "2 clips of " in (told := capsys.readouterr().err) and "are left out: empty, text\n" in told


@pytest.mark.parametrize("flags, words", [
    (["--host", "no.such.invalid"], "cannot listen on no.such.invalid"),
    (["--host", "192.0.2.1"], "cannot listen on 192.0.2.1"),
    (["--port", "{taken}"], "port {taken} is taken; choose another with --port"),
    (["--runs", "no/such"], "--runs is no/such, which is no folder"),
])  # fmt: skip
def test_what_cannot_be_served_is_said_before_anything_is_loaded(flags, words, monkeypatch, capsys):
    monkeypatch.setattr(serve, "_launch", lambda *args: pytest.fail("it went on"))
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        flags = [flag.format(taken=taken) for flag in flags]
        assert serve.main([*flags, *([] if "--port" in flags else ["--port", "7979"])]) == 2
    assert words.format(taken=taken) in capsys.readouterr().err


def test_a_slow_pair_of_the_flags_comes_later_and_a_wrong_one_ends_the_start(tiny_clip, mp4, tmp_path, monkeypatch):
    monkeypatch.setenv("SRLCLIP_CACHE", str(tmp_path / "cache"))
    (tmp_path / "videos").mkdir()
    mp4("videos/clip.mp4")
    args = serve.parser().parse_args(["--base", str(tiny_clip), "--gallery", str(tmp_path / "videos")])
    store = serve.load_pairs(args, ModelRules(()), patience=0)
    assert str(store.first) == "mini-base with mini-srlclip on the bundled clips"
    assert len(store.get(store.first).clip_ids()) == 64
    assert store.starting.wait(120) and store.starting.error == ""
    assert store.default == PairName(str(tiny_clip)) and store.get().clip_ids() == ("clip",)
    with pytest.raises(ValueError, match="no model folder"):
        serve.load_pairs(serve.parser().parse_args(["--base", str(tmp_path / "no")]), ModelRules(()), patience=60)
