"""How pages of evaluations look: light, dark, narrow, and on paper."""

from cvret.plot.page import themed

__all__ = ["HEAT_STEPS", "STYLE"]

HEAT_STEPS = 10
"""Classes of cells, ``h0`` to ``h9``, from pale to strong."""

_LIGHT = """--no: #a8321f; --warn: #fff3d1; --warn-ink: #574000; --warn-line: #b98900;
  --bar: #a9c8e8; --track: #eceff3; --lose: #c9683f; --rule: #767d86; --mark: #fff;
  --h0: #f5f8fb; --h1: #e3edf7; --h2: #d0e1f1; --h3: #b8d2ea; --h4: #9cc1e2;
  --h5: #7fb0d9; --h6: #62a0d0; --h7: #2b6cab; --h8: #1d5a94; --h9: #0f3f6e;
  --t0: #1c1e21; --t1: #1c1e21; --t2: #1c1e21; --t3: #1c1e21; --t4: #1c1e21;
  --t5: #1c1e21; --t6: #111; --t7: #fff; --t8: #fff; --t9: #fff;"""

_DARK = """--no: #f5a08c; --warn: #372c0d; --warn-ink: #f7e3a9; --warn-line: #c79a1d;
  --bar: #2f6190; --track: #2a2e34; --lose: #b9623f; --rule: #8b929b; --mark: #15171a;
  --h0: #1a1f26; --h1: #1b2a3a; --h2: #1c354e; --h3: #1d4163; --h4: #1f4e79;
  --h5: #245a8c; --h6: #2b6aa8; --h7: #6aa7dc; --h8: #93c1ea; --h9: #c2def6;
  --t0: #eceef1; --t1: #eceef1; --t2: #eceef1; --t3: #eceef1; --t4: #eceef1;
  --t5: #eceef1; --t6: #fff; --t7: #0b0d10; --t8: #0b0d10; --t9: #0b0d10;"""

_HEAT = "".join(
    f"td.heat.h{n} {{ background: var(--h{n}); color: var(--t{n}); }}\n"
    for n in range(HEAT_STEPS)
)

_RULES = """
p { max-width: 46rem; }
h3 { font-size: 1rem; margin: 1.75rem 0 .5rem; overflow-wrap: anywhere; }
h4 { font-size: .95rem; font-weight: 600; margin: 1.25rem 0 .5rem;
  overflow-wrap: anywhere; }
.sentence { font-size: 1.45rem; line-height: 1.35; font-weight: 600;
  max-width: 52rem; margin: 0 0 1.5rem; overflow-wrap: anywhere; }
.warnings { background: var(--warn); color: var(--warn-ink); margin: 0 0 2rem;
  border-left: .35rem solid var(--warn-line); padding: .75rem 1rem; max-width: 56rem;
  border-radius: .2rem; }
.warnings h2 { font-size: 1rem; margin: 0 0 .35rem; }
.warnings ul { margin: 0; padding-left: 1.15rem; overflow-wrap: anywhere; }
.note { color: var(--soft); font-size: .9rem; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; margin: 1rem 0; max-width: 100%; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums;
  font-size: .9rem; }
caption { text-align: left; color: var(--soft); padding-bottom: .5rem;
  max-width: min(46rem, 100vw - 2rem); position: sticky; left: 0; }
th, td { padding: .4rem .6rem; text-align: right; vertical-align: top;
  border-bottom: 1px solid var(--line); }
thead th { vertical-align: bottom; font-weight: 600; overflow-wrap: break-word;
  min-width: 3.6rem; max-width: 9rem; }
th[scope=row], th.text, td.text { text-align: left; }
th[scope=row] { font-weight: 600; overflow-wrap: anywhere; min-width: 7.5rem;
  max-width: 18rem; }
th small, td small { display: block; font-weight: 400; color: var(--soft);
  font-size: .88em; white-space: nowrap; }
th[scope=row] small, td.text small { white-space: normal; overflow-wrap: anywhere; }
th.heat, td.heat { text-align: center; }
td.heat { border: 1px solid var(--paper); }
.tag { display: inline-block; border: 1px solid var(--accent); color: var(--accent);
  border-radius: 1rem; padding: 0 .5rem; font-size: .82em; font-weight: 600;
  white-space: nowrap; }
.bar { display: block; margin: .15rem 0 0; max-width: 100%; }
td .bar { margin-left: auto; }
td.text .bar { margin-left: 0; }
.track { fill: var(--track); } .fill { fill: var(--bar); }
.gain { fill: var(--accent); } .loss { fill: var(--lose); }
.zero { stroke: var(--rule); stroke-width: 1; }
.whisker { stroke: var(--ink); stroke-width: 1.5; }
.sure { stroke: var(--accent); fill: var(--accent); stroke-width: 2; }
.unsure { stroke: var(--rule); fill: var(--paper); stroke-width: 2; }
.chart { display: block; max-width: 100%; height: auto; }
.chart text { fill: var(--soft); font: 13px system-ui, sans-serif; }
.chart .strong { fill: var(--ink); font-weight: 600; }
.chart .grid { stroke: var(--line); stroke-width: 1; }
.chart .front { stroke: var(--accent); stroke-width: 1.5; fill: none;
  stroke-dasharray: 5 4; }
.chart .leader { stroke: var(--rule); stroke-width: .75; }
.chart.narrow { display: none; }
.confusion th, .confusion td { padding: .25rem .35rem; }
.confusion td { min-width: 1.45rem; text-align: center; background: var(--card);
  border: 1px solid var(--paper); }
.confusion.many { font-size: .75rem; }
.confusion.many th, .confusion.many td { padding: .1rem .2rem; }
.confusion.many td, .confusion.many thead th { min-width: 1.35rem; }
.confusion.many th[scope=row] { min-width: 5rem; max-width: 11rem; white-space: nowrap;
  overflow: hidden; text-overflow: ellipsis; }
.confusion thead th { min-width: 1.45rem; max-width: none; }
.confusion thead th span { writing-mode: vertical-rl; line-height: 1.15;
  transform: rotate(180deg); max-height: 9rem; white-space: nowrap;
  overflow: hidden; text-overflow: ellipsis; }
.confusion td.own { outline: 2px solid var(--ink); outline-offset: -2px; }
.confusion th[scope=row], .sticky th[scope=row] { position: sticky; left: 0;
  background: var(--paper); }
.asked { display: grid; grid-template-columns: 9rem 1fr; gap: .25rem 1.25rem;
  border-top: 1px solid var(--line); padding: 1rem 0; }
.asked > div, .answers > div { min-width: 0; }
.answers { display: grid; gap: 0 1.5rem; align-items: start;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 25rem), 1fr)); }
.answer { margin: 0 0 .25rem; font-size: .85rem; font-weight: 600;
  overflow-wrap: anywhere; }
.answer:empty { display: none; }
.answer span { font-weight: 400; color: var(--soft); }
.tiles { list-style: none; margin: 0 0 1rem; padding: 0; display: grid; gap: .6rem;
  grid-template-columns: repeat(auto-fill, minmax(5.75rem, 1fr)); }
.tiles li { padding: .35rem; display: block; }
.pic { display: block; width: 100%; height: auto; aspect-ratio: 1;
  background: var(--card); border-radius: .25rem; }
.pic.gone { display: grid; place-items: center; color: var(--soft); font-size: .8rem;
  text-align: center; border: 1px dashed var(--rule); }
.asked > .query .pic { outline: 3px solid var(--accent); outline-offset: 1px; }
.verdict { font-size: .8rem; font-weight: 700; display: flex; gap: .3rem;
  align-items: center; margin-top: .3rem; }
.verdict svg { flex: none; }
.verdict span { margin-left: auto; font-weight: 400; color: var(--soft);
  font-variant-numeric: tabular-nums; }
.right { color: var(--yes); } .wrong { color: var(--no); }
.tiles .name { font-size: .75rem; margin-top: .1rem; line-height: 1.3; }
.asked .query .name { line-height: 1.3; }
dl { display: grid; grid-template-columns: minmax(8rem, 12rem) 1fr; gap: .35rem 1.25rem;
  margin: 1rem 0; max-width: 60rem; }
dt { font-weight: 600; overflow-wrap: anywhere; }
dd { margin: 0; overflow-wrap: anywhere; min-width: 0; }
details ul { margin: .5rem 0; padding-left: 1.25rem; overflow-wrap: anywhere; }
.defs { position: absolute; width: 0; height: 0; overflow: hidden; }
@media (max-width: 44rem) {
  body { padding: 1.25rem 1rem 3rem; }
  .sentence { font-size: 1.2rem; }
  .chart.wide { display: none; } .chart.narrow { display: block; }
  .asked { grid-template-columns: 1fr; }
  .asked > .query { display: grid; grid-template-columns: 7rem 1fr; gap: .75rem;
    margin-bottom: .75rem; }
  .tiles { grid-template-columns: repeat(auto-fill, minmax(5.6rem, 1fr)); }
  dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .6rem; }
  .sticky th[scope=row] { max-width: 9rem; }
  .stack, .stack tbody, .stack tr, .stack th, .stack td { display: block;
    max-width: none; }
  .stack thead { position: absolute; width: 1px; height: 1px; overflow: hidden;
    clip-path: inset(50%); }
  .stack caption { display: block; }
  .stack tr { border-top: 1px solid var(--line); padding: .6rem 0; }
  .stack th, .stack td { border: 0; padding: .15rem 0; }
  .stack td { display: flex; justify-content: space-between; gap: 1rem;
    text-align: right; }
  .stack td::before { content: attr(data-label); color: var(--soft); flex: none;
    max-width: 45%; text-align: left; }
  .stack td.text .bar { margin-left: auto; }
}
@page { size: landscape; margin: 12mm; }
@media print {
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .scroll { overflow: visible; }
  table { font-size: 8pt; }
  thead { display: table-header-group; }
  p, tr, .asked, .warnings, .chart, dl > * { break-inside: avoid; }
  section > p, caption, thead { break-after: avoid; }
  tr:nth-child(-n+3) { break-before: avoid; }
  th, td { padding: .25rem .4rem; }
  .confusion.many { font-size: 6pt; }
  .confusion.many th, .confusion.many td { padding: .05rem .1rem; }
  .confusion td, .confusion thead th { min-width: 1.2rem; }
  .confusion th[scope=row], .sticky th[scope=row] { position: static; }
  .chart { max-height: 11cm; break-before: avoid; }
  .asked { grid-template-columns: 7rem 1fr; }
  .tiles { grid-template-columns: repeat(auto-fill, minmax(2cm, 1fr)); gap: .3rem;
    margin-bottom: .3rem; }
  .tiles li { padding: .15rem; }
  .verdict { font-size: .62rem; gap: .15rem; flex-wrap: wrap; }
}
"""

STYLE = themed(_LIGHT, _DARK) + _RULES + _HEAT
"""CSS beside that of every page."""
