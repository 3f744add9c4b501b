"""A page in headless Chromium, driven by Selenium: look, press, type, wait, and hear what it asked the network for."""

from __future__ import annotations

import base64
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from places import FRAMES_WAIT, SHOWN, TAB

#: Limits in seconds are multiplied by this; 1 on a quiet machine of two cores. Set SRLCLIP_SLACK on a slower one.
SLACK = float(os.environ.get("SRLCLIP_SLACK", "1"))
WAIT = 30.0 * SLACK
#: Everything but this machine is unknown to the browser: a foreign request fails, and is in the log.
FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-default-apps",
    "--autoplay-policy=no-user-gesture-required", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)  # fmt: skip
#: Runs before the page does: when the first results stood, in milliseconds since the page was asked for, and how many
#: runs have ended (a run shows its tracker for more than a frame).
WATCH = """
window.scFirst = null;
new MutationObserver(() => {
  if (window.scFirst === null && document.querySelectorAll('.sc-column .sc-card').length >= 10
      && document.querySelectorAll('.sc-column').length >= 2) window.scFirst = performance.now();
}).observe(document, {childList: true, subtree: true});
window.scEnded = 0;
(() => {
  let was = false;
  const look = () => {
    const now = [...document.querySelectorAll('[data-testid=status-tracker]')].some((t) => t.offsetParent !== null
      && !t.classList.contains('hide') && !t.querySelector('.error'));
    if (was && !now) window.scEnded += 1;
    was = now;
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})();
"""


def chromium() -> str | None:
    """Path of the browser; None if there is none."""
    names = (os.environ.get("CHROME_BIN", ""), "chromium", "chromium-browser", "google-chrome")
    return next((found for name in names if name and (found := shutil.which(name))), None)


class Page:
    """One browser window on the app at `home`."""

    def __init__(self, home: str, width: int = 1400, height: int = 900):
        from selenium import webdriver
        from selenium.webdriver.chrome.service import Service

        self.home, self._profile = home, tempfile.TemporaryDirectory(prefix="srlclip-chrome-")
        #: Words of console messages that a test expects, and apps besides `home` that it visits.
        self.allowed: list[str] = []
        self.visited: set[str] = set()
        options = webdriver.ChromeOptions()
        options.binary_location = chromium()
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        for flag in (*FLAGS, f"--window-size={max(width, 500)},{height}", f"--user-data-dir={self._profile.name}"):
            options.add_argument(flag)
        driver = shutil.which("chromedriver")
        self.driver = webdriver.Chrome(options=options, service=Service(driver) if driver else None)
        self.driver.set_script_timeout(WAIT)
        self.driver.set_page_load_timeout(2 * WAIT)
        self.cdp("Page.addScriptToEvaluateOnNewDocument", source=WATCH)
        self.look(width)

    def close(self) -> None:
        self.driver.quit()
        self._profile.cleanup()

    def cdp(self, command: str, **arguments: Any) -> dict:
        return self.driver.execute_cdp_cmd(command, arguments)

    def look(self, width: int = 1400, *, dark: bool = False, calm: bool = False, height: int = 900) -> None:
        """A window of that width, under a dark colour scheme and reduced motion or not."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
        self.cdp("Emulation.setDeviceMetricsOverride", **metrics)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        motion = {"name": "prefers-reduced-motion", "value": "reduce" if calm else "no-preference"}
        self.cdp("Emulation.setEmulatedMedia", features=[scheme, motion])

    # -- looking ------------------------------------------------------------------------------------------------------

    def js(self, script: str, *arguments: Any) -> Any:
        """Run a script that may use shown(css), field(label) and busy(), see places.SHOWN."""
        return self.driver.execute_script(SHOWN + script, *arguments)

    def until(self, condition: str, seconds: float = WAIT, *arguments: Any) -> Any:
        """Wait until the expression is true; its value. AssertionError with what the page shows instead."""
        end = time.monotonic() + seconds
        while True:
            if found := self.js(f"return {condition};", *arguments):
                return found
            if time.monotonic() > end:
                raise AssertionError(f"not within {seconds:.0f} s: {condition}\n{self.text()[:1500]}")
            time.sleep(0.05)

    def texts(self, css: str) -> list[str]:
        return self.js("return shown(arguments[0]).map((e) => e.innerText.trim())", css)

    def count(self, css: str) -> int:
        return self.js("return shown(arguments[0]).length", css)

    def text(self, css: str = "[role=tabpanel]") -> str:
        return "\n".join(self.texts(css))

    # -- doing --------------------------------------------------------------------------------------------------------

    def visit(self, query: str = "", home: str | None = None) -> None:
        """Open the app at that query string and wait until it has read it. A page that is left while it reads frames would
        complain, and rightly: it is left when they are there.
        """
        self.until("!shown(arguments[0]).length", WAIT, FRAMES_WAIT)
        self.visited.add(home or self.home)
        self.driver.get((home or self.home) + query)
        self.until("window.scOpened === true", 2 * WAIT)
        self.settle()

    def settle(self, seconds: float = 2 * WAIT) -> None:
        """Wait until nothing is running for a moment."""
        quiet, end = 0, time.monotonic() + seconds
        while quiet < 4:
            quiet = 0 if self.js("return busy()") else quiet + 1
            if time.monotonic() > end:
                raise AssertionError(f"still running after {seconds:.0f} s\n{self.text()[:1500]}")
            time.sleep(0.08)

    def press(self, css: str, number: int = 0) -> None:
        element = self.js(
            "const e = shown(arguments[0])[arguments[1]]; if (e) e.scrollIntoView({block: 'center'}); return e",
            css,
            number,
        )
        assert element is not None, f"nothing to press: {css} number {number}"
        element.click()

    def button(self, text: str) -> None:
        """Press the button, or what opens a group, that reads so."""
        element = self.js(
            "const e = shown('button, label').filter((b) => b.innerText.trim().startsWith(arguments[0]))[0];"
            " if (e) e.scrollIntoView({block: 'center'}); return e",
            text,
        )
        assert element is not None, f"no button {text!r}"
        element.click()

    def open_tab(self, tab: str) -> None:
        self.press(TAB.format(tab))
        self.settle()

    def fill(self, label: str, value: str, *, enter: bool = True) -> None:
        """Put a text into a field as one paste (any characters, any length), and press Enter."""
        from selenium.webdriver.common.keys import Keys

        element = self.js("return field(arguments[0])", label)
        assert element is not None, f"no field {label!r}"
        element.click()
        element.send_keys(Keys.CONTROL, "a")
        if value:
            self.cdp("Input.insertText", text=value)
        else:
            element.send_keys(Keys.DELETE)
        if enter:
            element.send_keys(Keys.ENTER)

    def run(self, act: Callable[[], object], seconds: float = WAIT) -> None:
        """Do something that starts a run, and wait until it has ended (an equal result changes nothing on the page)."""
        ended = self.js("return window.scEnded")
        act()
        self.until("window.scEnded > arguments[0]", seconds, ended)
        self.settle()

    def search(self, query: str) -> None:
        """Search for a text and wait until it is answered, by a result or by a message."""
        from places import QUERY

        self.run(lambda: self.fill(QUERY, query))

    def upload(self, *paths: Path, field: int = 0) -> None:
        """Give a file field of the open tab files; those that it still shows are taken away first."""
        from places import CLEAR_FILE, FILE_INPUT

        find = (
            "return [...document.querySelectorAll(arguments[0])]"
            ".filter((e) => e.closest('[role=tabpanel]').offsetParent)[arguments[1]]"
        )
        if self.js(find, FILE_INPUT, field) is None:
            self.press(CLEAR_FILE)
            self.until(find.removeprefix("return "), WAIT, FILE_INPUT, field)
            time.sleep(0.3)
        self.js(find, FILE_INPUT, field).send_keys("\n".join(map(str, paths)))

    def type(self, label: str, text: str) -> Any:
        """Press the keys of a text in a dropdown, which then offers what fits (of no text: everything); the field."""
        from selenium.webdriver.common.keys import Keys

        element = self.js("return field(arguments[0])", label)
        assert element is not None, f"no dropdown {label!r}"
        self.js("arguments[0].scrollIntoView({block: 'center'})", element)
        element.click()
        if text:
            element.send_keys(Keys.CONTROL, "a")
            element.send_keys(text)
        return element

    def choose(self, label: str, option: str, text: str | None = None) -> None:
        """Type a part of an option into a dropdown and press the option that is offered."""
        from places import OPTION
        from selenium.common.exceptions import StaleElementReferenceException

        self.type(label, option if text is None else text)
        find = f"shown({json.dumps(OPTION)}).filter((o) => o.ariaLabel.startsWith({json.dumps(option)}))[0]"
        for _ in range(10):  # the list may be drawn anew just now
            try:
                return self.until(find).click()
            except StaleElementReferenceException:
                time.sleep(0.1)
        raise AssertionError(f"{option!r} of {label!r} is never there for long enough to be pressed")

    def saved(self) -> dict[str, bytes]:
        """The open tab's downloads that the page itself holds: file name -> content; folded groups are opened first."""
        folded = "shown('[role=tabpanel] button.label-wrap:not(.open)')"  # their files are not on the page
        self.js(f"{folded}.forEach((b) => b.click())")
        self.until(f"!{folded}.length")
        self.settle()
        found = self.js(
            "return [...document.querySelectorAll('[role=tabpanel] a[download]')].filter((a) => a.href.startsWith('data:')"
            " && a.closest('[role=tabpanel]').offsetParent).map((a) => [a.download, a.href])"
        )
        return {name: base64.b64decode(address.split(",", 1)[1]) for name, address in found}

    def key(self, key: str) -> None:
        """Press a key wherever the focus is."""
        from selenium.webdriver import ActionChains

        ActionChains(self.driver).send_keys(key).perform()

    def dismiss(self) -> None:
        """Close all messages."""
        self.js("document.querySelectorAll('[data-testid=toast-close]').forEach((b) => b.click())")

    # -- hearing ------------------------------------------------------------------------------------------------------

    def errors(self) -> list[str]:
        """What the console complained of since the last call."""
        return [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] == "SEVERE"]

    def requests(self) -> list[str]:
        """Addresses that were asked for since the last call."""
        found = []
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                found.append(message["params"]["request"]["url"])
            elif message["method"] == "Network.webSocketCreated":
                found.append(message["params"]["url"])
        return found

    def foreign(self, addresses: list[str]) -> list[str]:
        own = (self.home, *self.visited, "data:", "blob:", "chrome:", "about:", "chrome-extension:")
        return [address for address in addresses if not address.startswith(own)]
