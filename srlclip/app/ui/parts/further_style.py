"""How a further model's column looks: the colour of Analysis for what is neither model of the pair, and the third column."""

from __future__ import annotations

FURTHER_CSS = """
:root { --sc-further:#009E73; --sc-further-text:#00774f; }
.dark { --sc-further-text:#4cc9a0; }
.sc-t-further { color:var(--sc-further-text); font-weight:700; } .sc-m-further { color:var(--sc-further); }
.sc-column.sc-c-further > header { border-color:var(--sc-further); } .sc-bar > i.sc-b-further { background:var(--sc-further); }
.gradio-container .block.sc-await:not(:has(.sc)) { display:none; }
.sc-three > .sc-c-further { grid-column:1 / -1; } .sc-three > .sc-c-further ol { display:grid; gap:0 14px;
  grid-template-columns:repeat(2,minmax(0,1fr)); } .sc-three > .sc-c-further ol > :not(.sc-hit) { grid-column:1 / -1; }
@media (min-width:1200px) {
  .sc-columns.sc-three { grid-template-columns:repeat(3,minmax(0,1fr)); gap:10px; }
  .sc-three > .sc-c-further { grid-column:auto; } .sc-three > .sc-c-further ol { display:block; }
  .sc-three button.sc-card { grid-template-columns:18px 66px minmax(0,1fr); gap:6px; padding:5px 6px; }
  .sc-three button.sc-card.sc-target { padding:4px 5px; } .sc-three .sc-hit .sc-shot { width:66px; }
}
@media (max-width:760px) { .sc-three > .sc-c-further ol { gap:0 8px; } }
"""
