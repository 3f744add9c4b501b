"""The browser suite: the app in headless Chromium, point by point of the bar (docs/browser_tests.md).

make test-browser                                # installs what it needs, then runs everything
python -m pytest -m browser tests/browser        # with selenium, chromium and chromedriver in place
python -m pytest -m browser tests/browser --quick
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path

import axe
import pytest
from chrome import Page, chromium
from servers import Served, start_app, start_fake

HERE = Path(__file__).resolve().parent


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--quick", action="store_true", help="browser suite: only the tests marked quick")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    missing, left_out = [], []
    if importlib.util.find_spec("selenium") is None:
        missing.append("selenium (pip install selenium)")
    if chromium() is None:
        missing.append("Chromium (apt-get install chromium chromium-driver)")
    for item in items:
        if HERE not in Path(item.path).parents:
            continue
        item.add_marker(pytest.mark.browser)
        if missing:
            item.add_marker(pytest.mark.skip(reason=f"needs {', '.join(missing)}"))
        elif config.getoption("--quick", False) and not item.get_closest_marker("quick"):
            left_out.append(item)
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


@pytest.fixture(scope="session")
def app() -> Iterator[Served]:
    """`python app.py` with the bundled pair."""
    served = start_app()
    yield served
    served.stop()


@pytest.fixture(scope="session")
def window(app: Served) -> Iterator[Page]:
    page = Page(app.url)
    yield page
    page.close()


@pytest.fixture
def page(window: Page, app: Served) -> Iterator[Page]:
    """The window as new: 1400 px, light, nothing heard yet. Whatever the test did, the console must be clean."""
    window.look()
    window.driver.get("about:blank")
    window.errors(), window.requests()
    window.home, window.allowed, window.visited = app.url, [], set()
    yield window
    unexpected = [e for e in window.errors() if not any(word in e for word in window.allowed)]
    assert not unexpected, f"console: {unexpected}"
    foreign = window.foreign(window.requests())
    assert not foreign, f"foreign requests: {foreign}"


@pytest.fixture
def another(app: Served) -> Iterator[Callable[..., Page]]:
    """Opens further browsers of their own."""
    opened: list[Page] = []

    def open_one(home: str = app.url) -> Page:
        opened.append(Page(home))
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()


@pytest.fixture
def fake(request: pytest.FixtureRequest) -> Iterator[Callable[..., Served]]:
    """Starts apps on the fake comparison with those settings."""
    started: list[Served] = []

    def start(**settings: object) -> Served:
        started.append(start_fake(**settings))
        return started[-1]

    yield start
    if "page" in request.fixturenames:  # a page that is still open would complain when its app goes
        request.getfixturevalue("window").driver.get("about:blank")
    for served in started:
        served.stop()


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where videos are made."""
    return tmp_path_factory.mktemp("videos")


@pytest.fixture(scope="session")
def checker() -> str:
    """The source of axe-core."""
    path = axe.fetch()
    if path is None:
        pytest.skip(
            "axe-core is not here: npm pack axe-core, or pip install axe-core-python, or SRLCLIP_AXE=axe.min.js"
        )
    return path.read_text("utf-8")
