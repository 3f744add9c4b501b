"""How a report looks: on screens light and dark, at any width, and on paper. Nothing here loads anything."""

from __future__ import annotations

from srlclip.app.markup import EDGES

#: What a report may do at all: show pictures that it holds and its own style. No script, no request.
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

CSS = (
    f".wide {{ {EDGES} }}"
    + """
:root { color-scheme:light dark; --ink:#1b1f27; --paper:#ffffff; --soft:#5a6270; --edge:#d5dae2; --panel:#f6f7f9;
  --sc-base:#0072B2; --sc-srl:#D55E00; --base-text:#00609a; --srl-text:#a84300; --base-tint:#e8f3fa; --srl-tint:#fdf0e6;
  --sc-faint:#8a8f98; --sc-paper:#ffffff; }
@media screen and (prefers-color-scheme:dark) { :root { --ink:#eceff4; --paper:#111318; --soft:#aab2bf; --edge:#3b424e;
  --panel:#1a1e26; --sc-base:#56B4E9; --sc-srl:#E69F00; --base-text:#7cc6f0; --srl-text:#f2b740; --base-tint:#12303f;
  --srl-tint:#3a2a0a; --sc-paper:#111318; } }
* { box-sizing:border-box; }
body { margin:0 auto; max-width:1080px; padding:24px 18px 60px; color:var(--ink); background:var(--paper);
  font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif; overflow-wrap:anywhere; }
h1 { font-size:26px; line-height:1.2; margin:0 0 4px; } h2 { font-size:19px; margin:34px 0 8px; line-height:1.3; }
h3 { font-size:15.5px; margin:18px 0 4px; } p { margin:4px 0 8px; }
.soft { color:var(--soft); font-size:13px; }
.note { border:1px solid var(--edge); border-left:5px solid var(--ink); border-radius:8px; padding:8px 12px; }
.base { color:var(--base-text); font-weight:700; } .adapted { color:var(--srl-text); font-weight:700; }
.clips { display:grid; grid-template-columns:repeat(auto-fill,minmax(min(100%,300px),1fr)); gap:12px; padding:0; margin:0;
  list-style:none; }
.clips > li, .box { border:1px solid var(--edge); border-radius:8px; padding:10px; min-width:0; break-inside:avoid; }
.clips img { width:100%; max-width:220px; border-radius:6px; display:block; }
.two { display:grid; grid-template-columns:repeat(2,minmax(0,1fr)); gap:14px; }
.tile { padding:8px 14px; border-radius:6px; background:var(--base-tint); border-left:6px solid var(--sc-base); }
.tile.srl { background:var(--srl-tint); border-color:var(--sc-srl); } .tile strong { display:block; font-size:23px; }
.wide { overflow-x:auto; }
table { border-collapse:collapse; width:100%; font-size:13.5px; margin:6px 0 10px; }
th, td { border:1px solid var(--edge); padding:5px 7px; text-align:left; vertical-align:top; }
thead th { background:var(--panel); overflow-wrap:normal; } tr { break-inside:avoid; }
td.n { text-align:right; white-space:nowrap; font-variant-numeric:tabular-nums; }
td img { width:72px; border-radius:4px; display:block; }
td.off-base { background:var(--base-tint); } td.off-adapted { background:var(--srl-tint); }
.off { font-weight:700; text-decoration:underline; text-underline-offset:3px; }
summary { cursor:pointer; padding:3px 0; } summary h2 { display:inline-block; margin:16px 0 4px; }
details details { border-top:1px solid var(--edge); }
figure { margin:8px 0; } figure svg { width:100%; max-width:560px; height:auto; }
footer { margin-top:40px; border-top:1px solid var(--edge); padding-top:8px; }
@media (max-width:560px) { body { padding:14px 10px 40px; } th, td { padding:4px; font-size:12.5px; } .two { gap:8px; }
  td img { width:44px; } }
@media print { details::details-content { content-visibility:visible; block-size:auto; } body { max-width:none; padding:0; font-size:11pt; } .wide { overflow:visible; } h2, h3 { break-after:avoid; }
  .tile, td { print-color-adjust:exact; -webkit-print-color-adjust:exact; } }
"""
)
