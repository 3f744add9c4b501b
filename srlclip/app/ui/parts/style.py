"""How the page looks: palette, style sheet, tabs. No data.

Blue circle = Base CLIP, orange diamond = SRL-CLIP, always with the word. Never red or green for right or wrong.
Every class of ours starts with `sc-` so that a new Gradio version cannot collide with it.
"""

from __future__ import annotations

import inspect

import gradio as gr

from srlclip.app.markup import EDGES
from srlclip.video.frames import UPLOAD_LIMITS

#: Mirrors what Comparison.add_video accepts; the server refuses larger files before they are read.
MAX_UPLOAD_MB, MAX_UPLOAD_SECONDS = UPLOAD_LIMITS.max_bytes // 2**20, round(UPLOAD_LIMITS.max_seconds)

#: Gradio puts its own prefix after every comma of a selector, so `:is(a, b)` breaks: write such rules out.
CSS = (
    f".sc-scroll {{ {EDGES} }}"
    + """
:root { --sc-base:#0072B2; --sc-base-text:#00609a; --sc-base-tint:#e8f3fa; --sc-srl:#D55E00; --sc-srl-text:#a84300;
  --sc-srl-tint:#fdf0e6; --sc-paper:#ffffff; --sc-faint:#8a8f98; --sc-soft:#5a6270; --sc-low:#666d79; --sc-track:#e3e7ee;
  --sc-edge:#1f2937; }
.dark { --sc-base:#56B4E9; --sc-base-text:#7cc6f0; --sc-base-tint:#12303f; --sc-srl:#E69F00; --sc-srl-text:#f2b740;
  --sc-srl-tint:#3a2a0a; --sc-paper:#111318; --sc-faint:#8a8f98; --sc-soft:#aab2bf; --sc-low:#9aa2af; --sc-track:#333a46;
  --sc-edge:#f3f4f6; }
html:has(body.dark) { color-scheme:dark; } /* its scroll bar too */
.gradio-container { max-width:1280px !important; margin:0 auto !important; overflow:clip !important; } /* hidden would end sticky */
.gradio-container .main.fillable { padding-top:8px; max-width:none !important; } /* Gradio's steps leave a quarter of 1000 px unused */
.gradio-container .column:has(> .sc-top) { gap:6px; } .gradio-container .column:has(> .sc-board) { gap:8px; }
.gradio-container .tabs:has(.sc-board) > .tab-wrapper { margin-bottom:0 !important; padding-bottom:0 !important; height:auto !important; }
.gradio-container .tabs:has(.sc-board) { gap:8px !important; } .gradio-container .tabitem { padding-top:6px; } .gradio-container .sc-top { gap:8px; }
.gradio-container .sc-top .block.sc-tour-block { padding:0; } .gradio-container .sc-top .html-container:has(.sc) { padding:0; }
.sc-tour:not(.sc-tour-open) { padding:1px 10px; } /* as high as the models' bar beside it */
.gradio-container .sc-top .label-wrap { padding:0; } .gradio-container .sc-top .block { padding-top:4px; padding-bottom:4px; }
.gradio-container .block.sc-query { padding:4px 8px; } .sc-query span[data-testid=block-info] { position:absolute; width:1px; height:1px;
  overflow:hidden; clip-path:inset(50%); white-space:nowrap; } /* the field's name is kept for those who do not see its hint */
.gradio-container .html-container:has(.sc) { padding:2px 0; }
.gradio-container .sc button { margin:0; }
.gradio-container span.or, .gradio-container button.show-api { color:var(--sc-soft); }
.gradio-container .progress-level-inner { background:var(--body-background-fill); padding:2px 10px; border-radius:6px; }
.gradio-container .sc { font-size:15px; line-height:1.45; color:var(--body-text-color); overflow-wrap:anywhere; }
.sc h1 { font-size:23px; font-weight:700; margin:0 0 2px; line-height:1.2; }
.sc h2 { font-size:17px; font-weight:700; margin:0; line-height:1.3; }
.sc h3 { font-size:15px; font-weight:700; margin:14px 0 4px; }
.sc p { margin:0; }
.sc ul, .sc ol { list-style:none; margin:0; padding:0; }
.dark button[role=tab][aria-selected=true] { color:var(--body-text-color); border-color:var(--body-text-color); }
.sc-soft { color:var(--sc-soft); font-size:13px; }
.sc-t-base { color:var(--sc-base-text); font-weight:700; } .sc-t-adapted { color:var(--sc-srl-text);
  font-weight:700; }
.sc-m-base { color:var(--sc-base); } .sc-m-adapted { color:var(--sc-srl); }
.sc-nowrap { white-space:nowrap; }
.sc-question { display:flex; flex-wrap:wrap; gap:2px 20px; align-items:baseline; }
.sc-banner, .sc-verdict, .sc-notice { border:1px solid var(--border-color-primary); border-radius:8px;
  padding:8px 12px; }
.sc-banner { margin-top:8px; font-size:13.5px; border-left:5px solid var(--sc-edge); }
details.sc-banner { margin:0; padding:1px 10px; } details.sc-banner[open] { flex-basis:100%; }
.sc p.sc-headline { font-size:16px; margin-top:4px; } .sc-to { margin:0 .25em; }
.sc-bar.sc-loading { margin-top:8px; } .sc-bar.sc-loading > i { background:var(--sc-soft); }
.sc-notice { border-style:dashed; } .sc .sc-verdict + .sc-notice { margin-top:6px; }
.sc-failure { border:2px solid var(--sc-edge); }
.sc ol.sc-shelf { display:grid; grid-template-columns:repeat(auto-fill,minmax(min(100%,270px),1fr)); gap:8px; }
.sc .sc-shelf li { display:flex; margin:0; } .sc-shelf button.sc-card { grid-template-columns:84px minmax(0,1fr); flex:1; }
.sc-shelf .sc-shot { grid-column:auto; grid-row:auto; width:84px; } .sc-columns + .sc-panel { margin-top:12px; max-width:633px; }
.sc-shelf .sc-card[aria-pressed=true] { border-color:var(--sc-edge); box-shadow:inset 0 -3px 0 var(--sc-edge); }
.sc ul.sc-told { list-style:disc; padding-left:20px; }
.sc-examples { display:flex; flex-wrap:wrap; gap:5px; }
.sc-examples button.sc-chip { font-size:13px; line-height:1.35; }
.sc-no-tour .sc-tour-column { display:none !important; } .sc-tour-column:not(:has(.sc-tour)) { display:none !important; }
.sc-top { align-items:start; } .sc-models-column:has(button.open) { flex-basis:100% !important; }
button.sc-chip { border:1px solid var(--border-color-primary); border-radius:8px; padding:4px 9px; cursor:pointer;
  background:transparent; color:inherit; font:inherit; font-size:14px; text-align:left; }
button.sc-chip:hover { border-color:var(--sc-faint); background:var(--sc-track); }
.sc-columns { display:grid; grid-template-columns:repeat(2,minmax(0,1fr)); gap:14px; margin-top:10px; }
.sc-column > header { display:flex; flex-wrap:wrap; justify-content:space-between; align-items:baseline; gap:0 8px;
  padding-bottom:4px; margin-bottom:6px; border-bottom:3px solid var(--sc-base); }
.sc-column.sc-c-adapted > header { border-color:var(--sc-srl); }
.sc-column li { margin:0 0 6px; }
button.sc-card { display:grid; grid-template-columns:26px 84px minmax(0,1fr); gap:8px; align-items:center;
  width:100%;
  text-align:left; padding:5px 8px; border:1px solid var(--border-color-primary); border-radius:8px;
  background:transparent;
  color:inherit; font:inherit; cursor:pointer; }
button.sc-card:hover { border-color:var(--sc-faint); }
button.sc-card.sc-target { border-color:var(--sc-edge); border-width:2px; padding:4px 7px; }
.sc :focus-visible { outline:3px solid var(--sc-base); outline-offset:2px; }
.sc-hit { position:relative; } .sc-what { min-width:0; }
.sc-hit .sc-name { font-size:14px; line-height:1.3; display:-webkit-box; -webkit-box-orient:vertical; -webkit-line-clamp:2; overflow:hidden; }
.sc-hit .sc-foot { align-items:center; margin-top:3px; } .sc-hit .sc-foot .sc-bar { flex:1; margin:0; }
.sc-fact i { font-style:normal; margin-right:3px; }
.sc p.sc-verdict { font-size:14px; line-height:1.35; padding:3px 10px; }
.sc .sc-column h2 { font-size:15px; } .sc .sc-columns { margin-top:6px; }
.sc-facts { display:flex; flex-wrap:wrap; gap:2px 4px; margin-top:2px; }
.sc-fact { font-size:12px; line-height:1.3; padding:0 5px; border-radius:4px; border:1px solid var(--sc-faint); white-space:nowrap; }
.sc-fact-yes { font-weight:700; border-color:var(--sc-edge); } .sc-fact-no { border-style:dashed; }
.sc-fact-open { border-color:transparent; color:var(--sc-soft); }
button.sc-card[aria-current] { background:var(--sc-track); box-shadow:inset 5px 0 0 var(--sc-edge); }
button.sc-like { position:absolute; right:6px; top:6px; width:26px; height:24px; border:1px solid var(--border-color-primary);
  border-radius:6px; background:var(--sc-paper); color:inherit; font-size:15px; line-height:1; cursor:pointer; padding:0; }
button.sc-like::before { content:"≈"; } button.sc-like:hover { border-color:var(--sc-edge); }
.sc-hit .sc-name { padding-right:28px; }
.sc-stage { position:sticky; top:6px; align-self:flex-start; border:1px solid var(--border-color-primary); border-radius:8px;
  padding:8px 10px; background:var(--sc-paper); gap:4px !important; }
.sc-stage-head { display:flex; gap:8px; justify-content:space-between; align-items:flex-start; margin-bottom:6px; }
.sc .sc-stage-head h2 { font-size:15px; } .sc-close { display:none; }
.sc-frames-wait { min-height:300px; }
.sc-frames { display:grid; gap:2px; margin-top:3px; }
.sc-frame-row { display:grid; grid-template-columns:14px repeat(auto-fit,minmax(50px,1fr)); gap:3px; align-items:start; border-radius:6px;
  padding:2px; }
.sc-frame-hit { outline:2px solid var(--sc-edge); }
.sc-frame-head { font-size:12px; font-weight:700; } .sc-frame-head::before { content:attr(data-sc-number); }
button.sc-frame { border:0; padding:1px; background:transparent; color:inherit; font:inherit; cursor:pointer; min-width:0; text-align:left; }
.sc-frame-shot { display:block; aspect-ratio:4/3; border-radius:3px; background-color:var(--sc-track); background-repeat:no-repeat; }
.sc-frame-shot + .sc-share { margin-top:3px; } .sc-share { display:flex; align-items:center; gap:3px; font-size:12px; line-height:1.15; } .sc-share .sc-bar { flex:1; margin:0; height:5px; }
.sc-share > span:first-child { width:6px; height:6px; flex:none; background:var(--sc-base); border-radius:50%; }
.sc-share > span.sc-m-adapted { background:var(--sc-srl); border-radius:0; transform:rotate(45deg) scale(.8); } .sc-share b { font-weight:400; font-variant-numeric:tabular-nums; }
.sc-bar > i.sc-hollow { background:transparent; border:1px solid var(--sc-base); } .sc-bar > i.sc-hollow.sc-b-adapted { border-color:var(--sc-srl); }
.sc-overlays { display:grid; grid-auto-flow:column; grid-auto-columns:minmax(0,1fr); gap:4px; margin:2px 0 8px; }
.sc .sc-overlays figure { margin:0; min-width:0; } .sc-overlays img { display:block; width:100%; height:auto; border-radius:3px; }
.sc-overlays figcaption { display:flex; flex-wrap:wrap; justify-content:space-between; gap:0 6px; font-size:12px; line-height:1.4;
  font-variant-numeric:tabular-nums; } .sc-maps .sc-examples { margin:6px 0; } .sc-maps .sc-examples button.sc-chip { padding:2px 8px; }
.sc-look button.sc-chip[aria-pressed=true] { border-color:var(--sc-edge); box-shadow:inset 0 -3px 0 var(--sc-edge); font-weight:700; }
.sc-look-button { padding:0 7px !important; font-size:12px !important; text-transform:none; letter-spacing:0; }
.sc-scale { display:flex; gap:6px; align-items:center; font-size:12.5px; } .sc-scale > i { flex:0 1 220px; height:12px; background-color:#808080;
  border-radius:3px; }
.sc-rank { font-size:18px; font-weight:700; text-align:center; }
.sc-thirds { display:grid; grid-template-columns:repeat(auto-fit,minmax(min(100%,360px),1fr)); gap:12px; align-items:start; }
.sc-thirds > section { min-width:0; }
.sc-pairs { grid-template-columns:repeat(auto-fit,minmax(min(100%,460px),1fr)); }
.sc-shot { width:84px; aspect-ratio:4/3; object-fit:cover; border-radius:5px; background:var(--sc-track);
  display:block; }
.sc-name { font-weight:600; display:block; }
.sc-badge { font-size:12.5px; font-weight:700; white-space:nowrap; }
.sc-bar { display:block; height:6px; border-radius:3px; background:var(--sc-track); margin:3px 0; overflow:hidden; }
.sc-bar > i { display:block; height:100%; background:var(--sc-base); }
  .sc-bar > i.sc-b-adapted { background:var(--sc-srl); }
.sc-foot { display:flex; justify-content:space-between; gap:6px; font-size:13px; font-variant-numeric:tabular-nums; }
.sc-divider { border-top:2px dotted var(--sc-faint); margin:8px 0 4px; padding-top:2px; }
.sc-aside { position:absolute; width:1px; height:1px; overflow:hidden; clip-path:inset(50%); white-space:nowrap; }
.sc-conf { display:flex; align-items:center; gap:6px; margin-top:2px; font-size:12.5px; font-weight:400; position:relative;
  color:var(--sc-soft); font-variant-numeric:tabular-nums; }
.sc-conf .sc-bar { flex:0 1 64px; min-width:18px; margin:0; } .sc-off-base .sc-bar, .sc-off-adapted .sc-bar {
  background:var(--sc-paper); }
.gradio-container .sc td.sc-low bdi, .gradio-container .sc td.sc-low .sc-off { color:var(--sc-low); font-weight:400; }
.sc-low .sc-bar > i { opacity:.6; }
.sc p.sc-decoder { margin:4px 0 8px; } .sc p.sc-rules { margin-top:8px; }
.sc-tracks { display:flex; flex-wrap:wrap; gap:4px 6px; align-items:center; margin-top:8px; font-size:13.5px; }
.sc video.sc-main::cue { font-size:16px; line-height:1.3; }
button.sc-track { border:1px solid var(--border-color-primary); border-radius:8px; padding:4px 9px; cursor:pointer;
  background:transparent; color:inherit; font:inherit; font-size:13.5px; }
button.sc-track[aria-pressed=true] { border-color:var(--sc-edge); box-shadow:inset 0 -3px 0 var(--sc-edge);
  font-weight:700; }
.sc-strip { display:flex; gap:5px; overflow-x:auto; padding:4px 4px 8px; margin:2px 0 10px; scroll-behavior:smooth; }
button.sc-moment { flex:0 0 104px; min-width:0; border:1px solid var(--border-color-primary); border-radius:8px; padding:5px 7px;
  background:transparent; color:inherit; font:inherit; font-size:12.5px; text-align:left; cursor:pointer; }
button.sc-moment > span { display:block; overflow:hidden; text-overflow:ellipsis; white-space:nowrap; }
button.sc-moment[aria-pressed=true] { border-color:var(--sc-edge); box-shadow:inset 0 -3px 0 var(--sc-edge); }
.sc-strip [aria-current] b::after, .sc-events [aria-current] b::after { content:" ▶"; font-size:.8em; }
.sc-transcript { margin-top:16px; }
.sc-lines { max-height:420px; overflow-y:auto; scroll-behavior:smooth; margin-top:6px; position:relative;
  border:1px solid var(--border-color-primary); border-radius:8px; }
.sc .sc-lines table.sc-table { table-layout:fixed; margin:0; border:0; border-collapse:separate; border-spacing:0; }
.sc .sc-lines table.sc-table tr { border:0; }
.sc .sc-lines table.sc-table th, .sc .sc-lines table.sc-table td { border-width:0 0 1px; }
.sc .sc-lines table.sc-table tbody tr:last-child th, .sc .sc-lines table.sc-table tbody tr:last-child td { border:0; }
.sc .sc-lines table.sc-table th:first-child { width:86px; white-space:nowrap; padding:3px 4px; }
.sc .sc-lines table.sc-table thead th { position:sticky; top:0; background:var(--sc-paper); z-index:1; padding:6px 8px;
  border-bottom:3px solid var(--sc-faint); }
.sc .sc-lines table.sc-table thead th.sc-h-base { border-color:var(--sc-base); }
.sc .sc-lines table.sc-table thead th.sc-h-adapted { border-color:var(--sc-srl); }
.sc-lines tr[aria-current] { background:var(--sc-track); box-shadow:inset 5px 0 0 var(--sc-edge); }
.sc-lines tr[aria-current] th::after { content:" ▶"; }
button.sc-time { border:0; background:transparent; color:inherit; font:inherit; font-weight:700; padding:3px 5px;
  text-decoration:underline; text-underline-offset:3px; cursor:pointer; border-radius:4px; }
.sc-files { border:1px solid var(--border-color-primary); border-radius:8px; padding:6px 12px; flex:1 1 320px; } .sc-files + button { align-self:flex-start; }
.sc-files > summary { cursor:pointer; padding:2px 0; } .sc-files dl { display:grid; margin:8px 0 4px; gap:8px 16px;
  grid-template-columns:max-content minmax(0,1fr); align-items:center; font-size:13.5px; }
.sc-files dd { margin:0; display:flex; flex-wrap:wrap; gap:6px; }
.sc-panel h2 { margin-bottom:6px; } .sc-panel > h3:first-child { margin-top:0; } .sc-split + .sc-scroll { margin-top:12px; }
.sc-panel { border:1px solid var(--border-color-primary); border-radius:8px; padding:10px; min-width:0; }
.sc-panel figure, .sc-panel video { margin:0; width:100%; }
.sc figure.sc-plot { margin:0; } .sc figure.sc-plot svg { width:100%; height:auto; max-width:480px; display:block; }
.sc video.sc-main { display:block; width:100%; max-height:430px; background:#000; border-radius:6px;
  aspect-ratio:16/10; }
.sc-split { display:grid; grid-template-columns:minmax(0,5fr) minmax(0,7fr); gap:16px; align-items:start; }
.sc-wide-left { grid-template-columns:minmax(0,7fr) minmax(0,5fr); }
.sc-half { grid-template-columns:repeat(2,minmax(0,1fr)); margin-top:14px; }
.sc-events { display:grid; grid-template-columns:repeat(5,minmax(0,1fr)); gap:6px; margin-bottom:12px; }
button.sc-event { text-align:left; border:1px solid var(--border-color-primary); border-radius:8px; padding:7px 8px;
  background:transparent; color:inherit; font:inherit; font-size:13px; cursor:pointer; min-width:0; }
button.sc-event[aria-pressed=true] { border-color:var(--sc-edge); border-width:2px 2px 5px; padding:6px 7px 3px; }
button.sc-event b { display:block; font-size:16px; }
button.sc-line { display:block; width:100%; text-align:left; border:0; background:transparent; color:inherit;
  font:inherit;
  font-size:14px; padding:3px 4px; cursor:pointer; border-radius:4px; }
button.sc-line:hover { background:var(--sc-track); }
.sc-scroll { overflow-x:auto; } .sc-scroll, .sc-lines, .sc-strip { contain:inline-size; } /* no word widens the page */
.sc-tall { max-height:560px; overflow:auto; } .sc-tall thead th { position:sticky; top:0; z-index:1; }
.sc .sc-tall table.sc-table thead th { background:var(--sc-paper); } .sc-tall th .sc-soft { font-weight:400; display:block; }
.sc-tall th[scope=row] { min-width:176px; }
.sc table.sc-table { border-collapse:collapse; width:100%; overflow-wrap:break-word; margin:6px 0 10px;
  font-size:14px; }
.sc table.sc-table th, .sc table.sc-table td { border:1px solid var(--border-color-primary); padding:6px 8px;
  text-align:left;
  vertical-align:top; background:transparent; color:inherit; }
.sc table.sc-table th.sc-h-base { border-bottom:3px solid var(--sc-base); }
.sc table.sc-table th.sc-h-adapted { border-bottom:3px solid var(--sc-srl); }
.sc table.sc-table td.sc-num { text-align:right; font-variant-numeric:tabular-nums; white-space:nowrap; }
.sc table.sc-table td.sc-off-base { background:var(--sc-base-tint); }
  .sc table.sc-table td.sc-off-adapted { background:var(--sc-srl-tint); }
.sc-off { text-decoration:underline wavy; text-underline-offset:4px; text-decoration-thickness:1px; font-weight:700; }
.sc-fooled { font-weight:800; text-decoration:underline; text-underline-offset:3px; }
.sc-verb td, .sc-verb th { font-size:16px; font-weight:700; }
.sc-kind { display:block; font-size:12px; letter-spacing:.04em; text-transform:uppercase; color:var(--sc-soft); }
.sc del { color:var(--sc-soft); } .sc ins { font-weight:700; text-decoration:underline; text-underline-offset:3px;
  text-decoration-thickness:2px; }
.sc-tiles { display:grid; grid-template-columns:repeat(2,minmax(0,1fr)); gap:14px; margin-bottom:12px; }
.sc-tile { padding:9px 14px; border-radius:6px; background:var(--sc-base-tint);
  border-left:6px solid var(--sc-base); }
.sc-tile.sc-c-adapted { background:var(--sc-srl-tint); border-color:var(--sc-srl); }
.sc-tile strong { font-size:24px; display:block; line-height:1.25; }
.sc-actions { display:flex; flex-wrap:wrap; gap:8px; margin-top:12px; align-items:center; }
.sc a.sc-button, .sc button.sc-button { display:inline-block; padding:5px 14px; border-radius:8px; font-size:13.5px;
  color:inherit;
  text-decoration:none; cursor:pointer; border:1px solid var(--sc-faint); background:var(--sc-paper); }
.sc-plot-files { display:flex; flex-wrap:wrap; gap:6px; align-items:center; justify-content:flex-end; margin-top:4px; }
.sc .sc-plot-files a.sc-button { padding:2px 9px; font-size:12.5px; }
.sc-nothing { display:none !important; } .sc-gap { height:18px; } .sc-panel details, .sc details.sc-panel { margin-top:8px; } .sc summary { cursor:pointer; padding:3px 0; }
.sc-tour { border:1px solid var(--border-color-primary); border-left:5px solid var(--sc-faint); border-radius:8px;
  padding:6px 10px; font-size:14px; }
.sc-tour-open { border-color:var(--sc-edge); } .sc-tour-line { display:flex; flex-wrap:wrap; gap:6px 8px; align-items:center; }
.sc-tour p { margin:6px 0; }
.sc-tour button[aria-current=step] { border-color:var(--sc-edge); box-shadow:inset 0 -3px 0 var(--sc-edge); font-weight:700; }
.sc-tour button.sc-next { font-weight:700; border-color:var(--sc-edge); }
.sc figure.sc-plot svg text { font-family:"DejaVu Sans",Verdana,sans-serif; }
.sc .sc-method figure.sc-plot svg { max-width:none; }
.sc-prose p, .sc-prose li { margin:0 0 8px; } .sc ul.sc-dots, .sc ol.sc-dots { list-style:disc; padding-left:20px; }
.sc ol.sc-dots { list-style:decimal; } .gradio-container .sc-prose a { text-decoration:underline; margin:0; padding:0; color:inherit; }
.sc p.sc-said { font-size:16px; margin:0 0 12px; } .sc h4 { font-size:14px; font-weight:700; margin:6px 0 2px; }
.sc-points [data-sc-point] { cursor:pointer; } .sc-points .sc-on { stroke:currentColor !important; stroke-width:2.2px !important;
  stroke-opacity:1 !important; opacity:1; } .sc-tip { min-height:2.9em; margin-top:6px; font-size:14px; }
.sc-beside .sc-beside-player { position:sticky; top:8px; align-self:flex-start; z-index:3; background:var(--body-background-fill); }
.sc-opened-event video.sc-main { max-height:250px; } .sc-columns + .sc-plot-files { margin-top:0; }
section.sc-panel + section.sc-panel { margin-top:12px; } .sc-thirds section.sc-panel + section.sc-panel { margin-top:0; }
@media (max-width:1100px) { /* two columns and the player: narrower cards, then posters above their words as on a phone */
  .sc-hit button.sc-card { grid-template-columns:18px 66px minmax(0,1fr); gap:6px; } .sc-hit .sc-shot { width:66px; }
}
@media (max-width:860px) {
  .sc-hit .sc-name { font-size:13px; -webkit-line-clamp:3; padding-right:0; } .sc-column .sc-foot { flex-wrap:wrap; }
  .sc-hit button.sc-card { grid-template-columns:22px minmax(0,1fr); gap:4px; padding:4px; }
  .sc-hit button.sc-card.sc-target { padding:3px; } .sc-hit .sc-shot { grid-column:1 / -1; grid-row:1; width:100%; aspect-ratio:16/9; }
}
@media (max-width:760px) {
  .sc-beside .sc-beside-player { order:-1; } .sc-opened-event .sc-panel :is(ol, h2, p.sc-soft) { display:none; }
  .sc-opened-event video.sc-main { max-height:180px; } .sc-opened-event .sc-panel { font-size:13px; }
  .sc-examples { display:flex; overflow-x:auto; contain:inline-size; padding:4px 4px 8px; scroll-snap-type:x proximity; }
  .sc-examples { flex-wrap:nowrap; } .sc-examples button.sc-chip { flex:0 0 auto; scroll-snap-align:start; }
  .sc-stage { display:none !important; } .sc-stage.sc-stage-open { display:flex !important; order:-1; top:0; z-index:20; }
  .sc-stage video.sc-main { max-height:20vh; } .sc-close { display:block; } .sc-stage .sc-frames { grid-auto-flow:column;
  grid-auto-columns:260px; overflow-x:auto; contain:inline-size; padding:3px; } .sc-frames-wait { min-height:90px; }
  .sc-stage.sc-stage-open { max-height:44vh; overflow:hidden auto; flex-wrap:nowrap !important; }
  .sc-stage.sc-stage-open > * { flex:none !important; } /* or they would wrap into a second column, out of sight */
  .sc .sc-panel { padding:8px; }
  .sc-split, .sc-wide-left, .sc-half { grid-template-columns:minmax(0,1fr); }
  .sc-columns { gap:8px; }
  .sc p.sc-headline { font-size:14px; margin-top:2px; } .sc h1 { font-size:20px; } .sc p.sc-verdict { font-size:13px; padding:2px 8px; }
  .main.fillable { padding:6px 16px !important; } .sc-top { flex-wrap:nowrap !important; }
  .sc-top > .column { min-width:0 !important; } .sc-top:has(button.open), .sc-top:has(details[open]) { flex-wrap:wrap !important; }
  .sc-top:has(.sc-tour-open) { flex-wrap:wrap !important; } .sc-top:has(.sc-tour-open) > .column { flex-basis:100% !important; }
  [role=tablist] > button[role=tab] { padding:4px 7px !important; height:auto !important; min-height:28px; font-size:13px !important; }
  button.sc-card { grid-template-columns:22px minmax(0,1fr); gap:4px; padding:4px; }
  .sc-shot { grid-column:1 / -1; grid-row:1; width:100%; }
  .sc-events { grid-template-columns:repeat(3,minmax(0,1fr)); }
  .sc table.sc-table th, .sc table.sc-table td { padding:4px; font-size:12.5px; }
  .sc table.sc-table td .sc-soft, .sc table.sc-table th .sc-soft { font-size:12px; }
  .sc-queries td.sc-num .sc-soft { display:block; } .sc-tiles { gap:8px; } .sc-tall th[scope=row] { min-width:124px; }
  .sc-files dl { grid-template-columns:minmax(0,1fr); gap:4px; } .sc-files dd + dt { margin-top:6px; }
  .sc .sc-lines table.sc-table th:first-child { width:62px; } .sc-lines { max-height:480px; }
  button.sc-time { padding:3px 1px; }
}
@media (prefers-reduced-motion: reduce) {
  *, *::before, *::after { animation-duration:.01ms !important;
  transition-duration:.01ms !important; scroll-behavior:auto !important; } }
"""
)


def tabs(**settings: object) -> gr.Tabs:
    """`gr.Tabs` that wrap on a narrow screen, where this Gradio can do that (6.28 can, 6.26 cannot, and folds them up)."""
    if "overflow_behavior" in inspect.signature(gr.Tabs.__init__).parameters:
        settings["overflow_behavior"] = "wrap"
    return gr.Tabs(**settings)
