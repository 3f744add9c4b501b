"""Take the README's screenshots in headless Chromium from a running or freshly started app.

pip install selenium; apt-get install chromium chromium-driver
python docs/screenshots.py                      # writes docs/images/*.png
python docs/screenshots.py --out /tmp/shots --all
"""

from __future__ import annotations

import argparse
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.support.ui import WebDriverWait

ROOT = Path(__file__).resolve().parents[1]
TABS = {"retrieval": "", "captions": "?tab=captions", "negatives": "?tab=negatives", "analysis": "?tab=analysis"}
#: (tab, width) of the pictures in the README; --all takes every tab at both widths, and in dark mode.
README = (("retrieval", 1400), ("captions", 1400), ("negatives", 1400), ("retrieval", 420))
FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--hide-scrollbars",
)  # fmt: skip


def browser(width: int, dark: bool = False) -> webdriver.Chrome:
    options = webdriver.ChromeOptions()
    options.binary_location = "/usr/bin/chromium"
    for flag in (*FLAGS, f"--window-size={width},900", f"--user-data-dir={tempfile.mkdtemp()}"):
        options.add_argument(flag)
    driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
    # Chromium's own window has a least width; the page is told another one, as a phone would.
    driver.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500},
    )
    if dark:
        scheme = {"features": [{"name": "prefers-color-scheme", "value": "dark"}]}
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", scheme)
    return driver


def shoot(url: str, width: int, path: Path, dark: bool = False) -> float:
    """Open a page, wait for its results, save the whole of it; returns the seconds until the results stood there."""
    driver = browser(width, dark)
    try:
        started = time.time()
        driver.get(url)
        WebDriverWait(driver, 60).until(
            lambda d: d.execute_script("return document.querySelectorAll('.sc-card').length >= 10")
        )
        seconds = time.time() - started
        time.sleep(9 if "?tab=" in url else 3)  # a linked tab is filled after the first results stand
        height = driver.execute_script("return document.documentElement.scrollHeight")
        wide = driver.execute_script("return document.documentElement.scrollWidth")
        if wide > width:
            print(f"{path.name}: scrolls sideways ({wide} > {width} px)", file=sys.stderr)
        driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": min(height, 4000), "deviceScaleFactor": 1, "mobile": width < 500},
        )
        time.sleep(1)
        driver.save_screenshot(str(path))
        for entry in driver.get_log("browser"):
            if entry["level"] == "SEVERE":
                print(f"{path.name}: {entry['message']}", file=sys.stderr)
        return seconds
    finally:
        driver.quit()


def main() -> int:
    parser = argparse.ArgumentParser(description="Take the README's screenshots.")
    parser.add_argument("--out", default=str(ROOT / "docs" / "images"))
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--url", help="of a running app; default: start one")
    args = parser.parse_args()
    out = Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    app, url = None, args.url
    if url is None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        app = subprocess.Popen([sys.executable, str(ROOT / "app.py"), "--port", str(port)])
        url = f"http://127.0.0.1:{port}/"
        for _ in range(200):
            try:
                urllib.request.urlopen(url, timeout=5).read()
                break
            except OSError:
                time.sleep(0.5)
    try:
        wanted = [(t, w, False) for t in TABS for w in (1400, 420)] if args.all else [(*item, False) for item in README]
        wanted += [("retrieval", 1400, True), ("negatives", 1400, True)] if args.all else []
        for tab, width, dark in wanted:
            path = out / f"{tab}-{width}{'-dark' if dark else ''}.png"
            print(f"{path.name}: results after {shoot(url + TABS[tab], width, path, dark):.1f} s")
    finally:
        if app is not None:
            app.terminate()
            app.wait(20)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
