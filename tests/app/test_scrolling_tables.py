"""Tables that are wider than a phone show by a shadow that they scroll, on the page and in a report."""

from srlclip.app.markup import EDGES
from srlclip.app.session import report_style
from srlclip.app.ui.parts import style


def test_what_scrolls_sideways_has_a_shadow_at_its_edges():
    assert f".sc-scroll {{ {EDGES} }}" in style.CSS and f".wide {{ {EDGES} }}" in report_style.CSS
    assert EDGES.count("local") == EDGES.count("scroll;") + EDGES.count("scroll,") == 2
