#!/bin/sh
# What the browser suite needs and is not there yet: selenium, Debian's Chromium with its driver, axe-core. Says what it
# cannot install; fails only if no browser comes of it. PYTHON names the interpreter.
set -u
PYTHON="${PYTHON:-python}"
here="$(cd "$(dirname "$0")" && pwd)"

"$PYTHON" -c "import selenium" 2>/dev/null || "$PYTHON" -m pip install -q "selenium>=4.20" || exit 1

have_browser() {
    command -v chromedriver >/dev/null && { command -v chromium || command -v google-chrome || command -v chromium-browser; } >/dev/null
}

if ! have_browser; then
    if ! command -v apt-get >/dev/null; then
        echo "no Chromium and no apt-get: install chromium and chromedriver by hand" >&2
        exit 1
    fi
    root=""
    if [ "$(id -u)" != 0 ]; then
        root="sudo -n"
        $root true 2>/dev/null || { echo "no Chromium: sudo apt-get install chromium chromium-driver" >&2; exit 1; }
    fi
    $root apt-get update -qq && $root apt-get install -y -qq --no-install-recommends chromium chromium-driver >/dev/null || exit 1
    have_browser || { echo "apt-get brought no chromium and chromedriver" >&2; exit 1; }
fi

# Without axe-core the tests of point 20 are skipped, and say so.
"$PYTHON" "$here/axe.py" | grep -q "axe.min.js" || "$PYTHON" -m pip install -q "axe-core-python==0.1.0" ||
    echo "axe-core could not be fetched: the tests of point 20 will be skipped" >&2
