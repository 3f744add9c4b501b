# What one runs here. `make` alone lists it. PYTHON=..., SLACK=3 (times allowed on a slow machine), PORT=7860.
PYTHON ?= python
PORT ?= 7860
SLACK ?= 1
OUT ?= docs/images
.PHONY: help app test lint test-browser test-browser-quick browser-needs screenshots

help:
	@echo "make app                 serve the app at http://127.0.0.1:$(PORT)"
	@echo "make test                all tests but the browser suite"
	@echo "make test-browser        the app in headless Chromium, the 25 points of docs/browser_tests.md"
	@echo "make test-browser-quick  a part of them, a few minutes"
	@echo "make screenshots         the README's pictures; OUT=shots ALL=1: every tab, light and dark, 1400 and 420 px"
	@echo "make lint                ruff"

app:
	$(PYTHON) app.py --port $(PORT)

test:
	$(PYTHON) -m pytest

lint:
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .

browser-needs:
	PYTHON=$(PYTHON) sh tests/browser/install.sh

test-browser: browser-needs
	SRLCLIP_SLACK=$(SLACK) $(PYTHON) -m pytest -m browser tests/browser

test-browser-quick: browser-needs
	SRLCLIP_SLACK=$(SLACK) $(PYTHON) -m pytest -m browser tests/browser --quick

screenshots: browser-needs
	$(PYTHON) docs/screenshots.py --out $(OUT) $(if $(ALL),--all)
