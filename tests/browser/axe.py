"""axe-core, the accessibility checker, from where it was put: it is half a megabyte of someone else's, not committed."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chrome import Page

#: Fetched by `npm pack`; the package axe-core-python on PyPI holds an older one.
NPM, PYPI = "axe-core@4.14.1", "axe_core_python"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "srlclip" / "axe.min.js"


def find() -> Path | None:
    """SRLCLIP_AXE, the cache, or the Python package; None if it is nowhere."""
    spec = importlib.util.find_spec(PYPI)
    inside = Path(spec.origin).parent / "axe.min.js" if spec and spec.origin else None
    named = Path(os.environ["SRLCLIP_AXE"]) if os.environ.get("SRLCLIP_AXE") else None
    return next((path for path in (named, CACHE, inside) if path and path.is_file()), None)


def fetch() -> Path | None:
    """Put it into the cache with npm, if there is one and it can."""
    if CACHE.is_file() or not shutil.which("npm"):
        return find()
    with tempfile.TemporaryDirectory() as folder:
        try:
            subprocess.run(["npm", "pack", NPM], cwd=folder, capture_output=True, timeout=120, check=True)
            archive = next(Path(folder).glob("axe-core-*.tgz"))
            with tarfile.open(archive) as packed:
                content = packed.extractfile("package/axe.min.js").read()
        except (OSError, subprocess.SubprocessError, StopIteration, KeyError, tarfile.TarError):
            return find()
    CACHE.parent.mkdir(parents=True, exist_ok=True)
    CACHE.write_bytes(content)
    return CACHE


def serious(page: Page, script: str) -> list[str]:
    """What is seriously or critically wrong with the page as it stands: rule, help, and where."""
    page.driver.execute_script(script)
    found = page.driver.execute_async_script(
        "const done = arguments[0];"
        "axe.run(document, {resultTypes: ['violations']}).then((r) => done(r.violations), (e) => done(String(e)));"
    )
    assert isinstance(found, list), found
    return [
        f"{v['id']} ({v['impact']}): {v['help']}: {[n['target'] for n in v['nodes']][:4]}"
        for v in found
        if v["impact"] in ("serious", "critical")
    ]


if __name__ == "__main__":
    print(fetch() or "axe-core could not be fetched")
