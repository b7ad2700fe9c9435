"""The look of a report: one column, in light and dark, from 390 pixels on."""

from __future__ import annotations

CSS = """
:root{color-scheme:light dark;--paper:#fff;--panel:#f5f7fa;--ink:#1b2430;--soft:#5b6878;--line:#d8dee6;--new:#0b6e99;
--old:#8a6d1f;--guess:#7d8794;--good:#1d7a46;--bad:#b3372c;--sea:#dbe8f3;--wall:#b9c4d2}
@media(prefers-color-scheme:dark){:root{--paper:#10151c;--panel:#18202a;--ink:#e4eaf2;--soft:#98a6b7;--line:#2b3644;
--new:#5bb8e0;--old:#d8b45a;--guess:#8c97a5;--good:#62c78e;--bad:#ef8378;--sea:#1b2c3d;--wall:#3b4a5e}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
main{max-width:60rem;margin:0 auto;padding:1.25rem 1rem 3rem}
h1{font-size:1.6rem;line-height:1.2;margin:.2rem 0 .6rem}
h2{font-size:1.15rem;margin:2.2rem 0 .5rem;padding-top:.9rem;border-top:1px solid var(--line)}
h3{font-size:1rem;margin:1.2rem 0 .4rem}
p{margin:.4rem 0;max-width:46rem}
.soft,figcaption,small{color:var(--soft)}
small,figcaption{font-size:.85rem}
.badge{display:inline-block;padding:.1rem .6rem;border-radius:1rem;color:var(--paper);font-weight:600;font-size:.9rem}
.passed{background:var(--good)}.refused{background:var(--bad)}.not-judged{background:var(--soft)}
.facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(10rem,1fr));gap:.6rem;margin:1rem 0}
.facts div{background:var(--panel);border-radius:.5rem;padding:.55rem .75rem}
.facts b{display:block;font-size:1.2rem;line-height:1.3}
.facts span{font-size:.82rem;color:var(--soft)}
table{border-collapse:collapse;width:100%;font-size:.93rem;font-variant-numeric:tabular-nums}
th,td{text-align:left;padding:.3rem .6rem .3rem 0;border-bottom:1px solid var(--line);vertical-align:top}
th{font-weight:600;color:var(--soft);font-size:.85rem}
td.n,th.n{text-align:right}
.scroll{overflow-x:auto}
code,pre{font:.85rem/1.45 ui-monospace,"SF Mono",Consolas,monospace}
pre{background:var(--panel);padding:.7rem .8rem;border-radius:.5rem;white-space:pre-wrap;overflow-wrap:anywhere}
dl{display:grid;grid-template-columns:minmax(7rem,max-content) 1fr;gap:.15rem .9rem;font-size:.93rem;margin:.5rem 0}
dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
.two{display:grid;grid-template-columns:repeat(auto-fit,minmax(19rem,1fr));gap:1.2rem}
figure{margin:.6rem 0}
svg.chart{width:100%;max-width:32rem;height:auto;display:block}
svg text{font:12px system-ui,sans-serif;fill:var(--soft)}
.axis{stroke:var(--line);stroke-width:1}.even{stroke:var(--guess);stroke-dasharray:4 4}
.c-new{color:var(--new)}.c-old{color:var(--old)}.c-guess{color:var(--guess)}
svg .mark{fill:currentColor}svg .whisker,svg .trace{stroke:currentColor;stroke-width:2;fill:none}
svg .band{fill:currentColor;opacity:.15}
.key{display:inline-block;width:.75rem;height:.75rem;border-radius:50%;background:currentColor;margin:0 .3rem 0 .8rem}
.row{display:grid;grid-template-columns:minmax(9rem,17rem) 1fr minmax(6.2rem,max-content);gap:.2rem .8rem;
align-items:center;padding:.18rem 0;font-size:.93rem}
.row svg{width:100%;height:20px;display:block;overflow:visible}
.row .bar{fill:currentColor;opacity:.3}
.row .v{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
@media(max-width:34rem){.row{grid-template-columns:1fr max-content;padding:.35rem 0}
.row svg{grid-column:1/-1;grid-row:2}}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(15rem,1fr));gap:1rem;align-items:start}
.pair figure{margin:.3rem 0}
svg.board{width:100%;max-width:22rem;height:auto;display:block;background:var(--panel);border-radius:.4rem}
.sea text{text-anchor:middle;dominant-baseline:central;font-size:11px}
.sea .cell{stroke:var(--line);fill:none}
.sea rect.heat{fill:var(--new)}.sea rect.miss{fill:var(--paper)}
.sea rect.hit{fill:var(--bad);fill-opacity:.35}.sea rect.sunk{fill:var(--bad);fill-opacity:.75}
.sea text.hit,.sea text.sunk,.sea text.weak{fill:var(--ink);font-weight:600}
.sea text.strong{fill:var(--paper);font-weight:600}.sea text.miss{font-size:20px}
.board .taken{fill:none;stroke:var(--old);stroke-width:2.5}
.maze .wall{fill:var(--wall)}.maze .dot{fill:var(--soft)}.maze .pac{fill:#e0b400}
.maze .blinky{--g:#d8362a}.maze .pinky{--g:#d9679d}.maze .inky{--g:#1aa3b5}.maze .clyde{--g:#d07a1d}
.maze .ghost{fill:var(--g)}.maze .frightened{fill:#4059c9}
.maze .way{stroke:var(--g);stroke-width:3;stroke-linecap:round}
.table .frame{fill:var(--panel);stroke:var(--line)}.table .dark{fill:var(--wall)}.table .light{fill:var(--sea)}
.table circle.mine{fill:var(--new);stroke:var(--paper)}.table circle.theirs{fill:var(--old);stroke:var(--paper)}
.table text{text-anchor:middle;dominant-baseline:central}.table text.count{fill:var(--paper);font-weight:600}
.table .die{fill:var(--paper);stroke:var(--soft)}.table text.pips{fill:var(--ink);font-weight:700}
"""
