"""How the page is served: launch settings, calls of endpoints that do not exist, and how serving ends."""

from __future__ import annotations

import importlib.util
import logging
from typing import Any

import gradio as gr
from gradio.route_utils import FnIndexInferError, delete_files_created_by_app

from srlclip.app.ui.parts import picker
from srlclip.app.ui.parts.further_style import FURTHER_CSS
from srlclip.app.ui.parts.pair_style import PAIR_CSS
from srlclip.app.ui.parts.script import SCRIPT
from srlclip.app.ui.parts.style import CSS, MAX_UPLOAD_MB


def launch_settings() -> dict:
    """Keyword arguments for `Blocks.launch`: no foreign requests, no telemetry, uploads limited to MAX_UPLOAD_MB."""
    return {
        "theme": gr.themes.Default(
            primary_hue="slate",  # a colour that belongs to neither model
            font=["system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif"],
            font_mono=["ui-monospace", "Consolas", "monospace"],
        ),
        "css": CSS + PAIR_CSS + picker.CSS + FURTHER_CSS,
        "head": f"<script>{SCRIPT}{picker.SCRIPT}</script>",
        "ssr_mode": False,
        "run_history": False,
        "enable_monitoring": False,
        "max_file_size": f"{MAX_UPLOAD_MB}mb",
        "show_error": False,
        "footer_links": ["api"],
        "mcp_server": mcp_there(),
        "app_kwargs": unknown_endpoints(),
    }


def mcp_there() -> bool:
    """Whether `gradio[mcp]` is installed, in a version that this Gradio can use: then the endpoints are MCP tools too."""
    if importlib.util.find_spec("mcp") is None:
        return False
    try:
        importlib.import_module("gradio.mcp")
    except ImportError:
        return False
    return True


def unknown_endpoints() -> dict[str, Any]:
    """Keyword arguments for the web app behind the page: a call of no endpoint gets a sentence instead of an error 500."""
    from fastapi.responses import JSONResponse

    def no_such_endpoint(request: Any, error: Exception) -> JSONResponse:
        return JSONResponse({"error": "There is no such endpoint; /gradio_api/info lists them."}, 404)

    return {"exception_handlers": {FnIndexInferError: no_such_endpoint}}


def close(demo: gr.Blocks) -> None:
    """Stop serving and delete visitors' files, whatever is still being computed."""
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)  # cutting off open pages is no error
    demo.server.config.timeout_graceful_shutdown = 1  # seconds; open pages never let go of their connections
    demo.close(verbose=False)
    delete_files_created_by_app(demo, None)  # Gradio does so too, unless it was cut off itself
