"""How minimal pairs, half-truths and the blind vote look: what parts/style.py does not say. Same palette, same prefix."""

from __future__ import annotations

PAIR_CSS = """
.sc-slots { display:grid; grid-template-columns:repeat(auto-fit,minmax(min(100%,150px),1fr)); gap:6px; margin:4px 0 10px; }
.sc button.sc-slot { font-size:14px; font-weight:600; } .sc-slot > span { display:block; font-size:12.5px; font-weight:400;
  color:var(--sc-soft); }
.sc button.sc-slot:disabled { cursor:default; opacity:1; border-style:dashed; border-color:var(--sc-faint); color:var(--sc-soft); background:transparent; }
.sc button.sc-slot[aria-pressed=true] { border-color:var(--sc-edge); box-shadow:inset 0 -3px 0 var(--sc-edge); }
.sc-two { display:grid; grid-template-columns:repeat(2,minmax(0,1fr)); gap:14px; margin-bottom:10px; }
.sc-pair .sc-tiles { margin-bottom:6px; } .sc-tile strong.sc-answer { font-size:17px; }
.sc-tally { margin:10px 0; }
.sc-column.sc-blind > header { border-color:var(--sc-faint); }
.sc .sc-ballot { display:grid; grid-template-columns:repeat(auto-fill,minmax(min(100%,180px),1fr)); gap:8px; }
.sc .sc-ballot li { margin:0; }
.sc button.sc-blind-card { grid-template-columns:22px minmax(0,1fr); padding:5px; }
.sc .sc-blind-card .sc-shot { width:100%; grid-column:auto; grid-row:auto; }
@media (max-width:760px) { .sc-two { gap:8px; } .sc-tile strong.sc-answer { font-size:15px; } }
"""
