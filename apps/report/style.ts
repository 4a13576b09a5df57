/** The page's layout and type. Colours come from the theme; sizes follow a 4-pixel grid. */
const base = `
*,*::before,*::after{box-sizing:border-box}
html{font:15px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","Noto Sans","Liberation Sans",Arial,sans-serif;
background:var(--ground);color:var(--ink);-webkit-text-size-adjust:100%;scroll-padding-top:72px}
body{margin:0;font-variant-numeric:tabular-nums}
main{max-width:1480px;margin:0 auto;padding:40px clamp(16px,3vw,48px) 24px;outline:none}
h1,h2,h3,p,ul,dl,dd,figure{margin:0;padding:0}
ul{list-style:none}
h1{font-size:clamp(28px,4vw,40px);line-height:1.15;font-weight:680;letter-spacing:-.02em;overflow-wrap:anywhere}
h2{font-size:22px;line-height:1.3;font-weight:650;letter-spacing:-.01em;margin-bottom:16px}
h3{font-size:15px;line-height:1.4;font-weight:620}
a{color:inherit;text-decoration-color:var(--rule);text-underline-offset:3px}
a:hover{text-decoration-color:currentColor}
code,kbd,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;font-size:.9em}
code{overflow-wrap:anywhere}table code{overflow-wrap:break-word}
button,select,input{font:inherit;color:inherit;background:var(--paper);border:1px solid var(--rule);border-radius:7px;padding:5px 11px}
button{cursor:pointer}
button:hover{background:var(--raised)}
button.small{font-size:12px;padding:1px 8px;line-height:1.6}
button[aria-pressed=true].small{background:var(--ink);color:var(--paper);border-color:var(--ink)}
:focus-visible{outline:2px solid var(--focus);outline-offset:2px}
[hidden]{display:none!important}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.skip{position:absolute;left:-999px;top:8px;z-index:30;background:var(--ink);color:var(--paper);padding:8px 16px;border-radius:7px}
.skip:focus{left:16px}
.muted{color:var(--muted)}
.empty{color:var(--muted);padding:16px 20px;border:1px dashed var(--line);border-radius:12px}
section{margin-top:64px}
.section-lead{color:var(--muted);margin:-8px 0 18px;max-width:78ch}
.term,[data-tip]:not(button):not([data-tip=""]){text-decoration:underline dotted var(--rule);text-underline-offset:3px;cursor:help}
.notice{padding:12px 16px;border-radius:10px;margin-top:20px}
.notice.warn{background:var(--warn-soft);color:var(--ink);border-left:4px solid var(--warn)}
.chip{display:inline-block;white-space:nowrap;font-size:12.5px;font-weight:620;line-height:1.5;padding:2px 9px;border-radius:99px;background:var(--raised);color:var(--muted)}
.chip.pass{background:var(--pass-soft);color:var(--pass)}
.chip.fail{background:var(--fail-soft);color:var(--fail)}
.chip.warn{background:var(--warn-soft);color:var(--warn)}
footer{max-width:1480px;margin:56px auto 0;padding:20px clamp(16px,3vw,48px) 48px;color:var(--muted);font-size:13px;border-top:1px solid var(--line)}
footer details{margin-top:8px}footer pre{white-space:pre-wrap;max-width:80ch}
`;

const bar = `
.topbar{position:sticky;top:0;z-index:20;display:flex;align-items:center;gap:20px;padding:8px max(clamp(16px,3vw,48px),calc((100vw - 1480px) / 2 + 48px));background:var(--paper);border-bottom:1px solid var(--line)}
.topbar .brand{display:flex;gap:10px;align-items:center;text-decoration:none;font-weight:650;min-width:0;flex:0 1 auto}
.topbar .brand .name{overflow:hidden;text-overflow:ellipsis;white-space:nowrap;max-width:26ch}
.topbar nav{display:flex;gap:2px;overflow-x:auto;flex:1 1 0;scrollbar-width:none;mask-image:linear-gradient(90deg,#000 calc(100% - 24px),transparent)}
.topbar nav a{padding:5px 9px;border-radius:7px;text-decoration:none;color:var(--muted);white-space:nowrap;font-size:13.5px}
.topbar nav a:hover,.topbar nav a[aria-current]{background:var(--raised);color:var(--ink)}
.tools{display:flex;gap:6px;align-items:center;flex:none}
.tools button{display:inline-flex;align-items:center;justify-content:center;min-width:34px;height:32px;padding:0 9px;font-size:13px;border-color:var(--line)}
.tools .group{display:flex}
.tools .group button{border-radius:0;margin-left:-1px}
.tools .group button:first-child{border-radius:7px 0 0 7px;margin-left:0}
.tools .group button:last-child{border-radius:0 7px 7px 0}
#range{min-width:116px;white-space:nowrap}
#range.zoomed{font-weight:620;background:var(--raised)}
@media(max-width:1180px){.topbar nav{display:none}.topbar .brand{flex:1 1 auto}}
@media(max-width:620px){.topbar{gap:8px;flex-wrap:wrap}.topbar .brand{flex:1 1 100%}.tools{flex:1 1 auto;justify-content:space-between;gap:4px;min-width:0}.tools button{min-width:30px;padding:0 5px}#range{min-width:0;flex:1 1 0;overflow:hidden}.tools .group{flex:1 1 0;min-width:0}
html{scroll-padding-top:112px}}
`;

const head = `
.eyebrow{color:var(--muted);font-size:13px;margin-bottom:8px}
.lead{font-size:17px;color:var(--muted);margin-top:8px;max-width:78ch}
.verdict{display:grid;grid-template-columns:auto 1fr;gap:12px 32px;margin-top:24px;padding:26px 30px;border-radius:16px;background:var(--paper);border:1px solid var(--line);border-left:8px solid var(--rule)}
.verdict.pass{border-left-color:var(--pass);background:linear-gradient(90deg,var(--pass-soft),var(--paper) 70%)}
.verdict.fail{border-left-color:var(--fail);background:linear-gradient(90deg,var(--fail-soft),var(--paper) 70%)}
.verdict .state{font-size:26px;line-height:1.2;font-weight:700;letter-spacing:-.01em;display:flex;align-items:center;gap:12px;align-self:start}
.verdict .sign{display:inline-grid;place-items:center;width:40px;height:40px;border-radius:50%;background:var(--muted);color:var(--paper);font-size:21px;font-weight:700}
.verdict.pass .state{color:var(--pass)}.verdict.pass .sign{background:var(--pass)}
.verdict.fail .state{color:var(--fail)}.verdict.fail .sign{background:var(--fail)}
.verdict .sentence{font-size:18px;line-height:1.45;font-weight:560;padding-top:6px}
.verdict .missed{margin-top:10px}.verdict .missed li+li{margin-top:4px}
.findings{margin-top:14px;display:grid;gap:7px;max-width:100ch}
.findings li{display:grid;grid-template-columns:20px 1fr;gap:6px}
.findings li>span:first-child{color:var(--muted);text-align:center;font-weight:650}
.findings li.problem>span:first-child{color:var(--fail)}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(186px,1fr));margin-top:20px;background:var(--paper);border:1px solid var(--line);border-radius:16px;overflow:hidden}
.figures>div{box-shadow:1px 0 0 var(--line),0 1px 0 var(--line);padding:16px 22px}
.figures dt{font-size:13px;color:var(--muted)}
.figures .value{display:block;font-size:25px;line-height:1.3;font-weight:640;letter-spacing:-.015em}
.figures .detail{display:block;font-size:12.5px;color:var(--muted)}
.figures.small{grid-template-columns:repeat(auto-fit,minmax(132px,1fr));margin:14px 0}
.figures.small>div{padding:10px 16px}.figures.small .value{font-size:18px}
@media(max-width:720px){.verdict{grid-template-columns:1fr;padding:20px}}
@media(max-width:460px){.figures{grid-template-columns:1fr 1fr}.figures>div{padding:12px 14px}.figures .value{font-size:20px}.figures>div:last-child:nth-child(odd){grid-column:1/-1}}
`;

const cards = `
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,400px),1fr));gap:16px;margin-bottom:16px}
.card,.panel{background:var(--paper);border:1px solid var(--line);border-radius:16px;padding:20px 24px}
.card header,.panel>header{display:flex;gap:12px;align-items:baseline;justify-content:space-between;flex-wrap:wrap}
.card h3{font-size:16px}
.card .achieved{margin-top:10px}.card .achieved b{font-size:22px;font-weight:650;letter-spacing:-.01em}
.panel{padding:20px clamp(12px,2vw,24px) 24px}
.panel>header{justify-content:flex-start}.panel>header .chip{margin-left:auto}.panel>header h3{font-size:19px}.panel>header+.charts{margin-top:14px}
.panel+.panel{margin-top:16px}.panel>.muted{margin-bottom:14px}
.panel .chart{border-color:var(--line);background:transparent}
.chooser{display:flex;gap:8px;align-items:center;margin:0 0 14px}
.chooser select{flex:0 1 240px;min-width:0}
.budget{margin:14px 0 4px}
.budget p{display:flex;justify-content:space-between;gap:12px;font-size:13.5px}
.budget .bar{position:relative;display:flex;height:14px;margin:5px 0;border-radius:4px;background:var(--raised);border:1px solid var(--line);overflow:hidden}
.budget .used{background:var(--rule)}
.budget .over{background:repeating-linear-gradient(-45deg,var(--fail) 0 5px,color-mix(in srgb,var(--fail) 55%,var(--paper)) 5px 9px)}
.budget .mark{position:absolute;top:0;bottom:0;width:2px;margin-left:-1px;background:var(--ink)}
.facts{display:grid;gap:4px;margin-top:12px;font-size:13.5px}
.facts>div{display:grid;grid-template-columns:minmax(110px,max-content) 1fr;gap:14px}
.facts dt{color:var(--muted)}.facts dd{text-align:right}
.facts.wide{gap:8px;margin-top:18px}.facts.wide dd{text-align:left;overflow-wrap:anywhere}.facts.wide>div{grid-template-columns:110px 1fr}
.command{display:flex;gap:12px;align-items:center;justify-content:space-between;background:var(--paper);border:1px solid var(--line);border-radius:12px;padding:14px 18px}
.command code{font-size:14px}
#reproduce h3{margin:24px 0 8px}
.checks li{padding:4px 0}
.glossary{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,400px),1fr));gap:14px 32px}
.glossary dt{font-weight:620}.glossary dd{color:var(--muted)}
.glossary>div:target{background:var(--raised);outline:8px solid var(--raised);border-radius:2px}
`;

const charts = `
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,520px),1fr));gap:16px}
.chart{display:flex;flex-direction:column;background:var(--paper);border:1px solid var(--line);border-radius:16px;padding:16px 16px 10px;min-width:0}
.charts>.wide,.charts:has(>.wide)>:last-child:nth-child(even),.charts:not(:has(>.wide))>:last-child:nth-child(odd){grid-column:1/-1}
.chart figcaption{display:flex;flex-wrap:wrap;gap:2px 12px;align-items:baseline}
.chart .when{margin-left:auto;font-size:12.5px;color:var(--muted);min-height:1.5em}
.chart .hint{flex-basis:100%;font-size:13px;color:var(--muted)}
.legend{display:flex;flex-wrap:wrap;gap:2px 14px;margin:6px 0 6px;font-size:13px;min-height:26px}
.legend li{display:flex;align-items:center;gap:6px}
.legend button{display:inline-flex;align-items:center;gap:7px;border:0;background:none;padding:2px 6px 2px 2px;margin-left:-2px;max-width:240px}
.legend button:hover{background:var(--raised)}
.legend button .name{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.legend button[aria-pressed=false]{opacity:.55;text-decoration:line-through}
.legend .value{color:var(--muted);min-width:4.6em}
.legend .value.live{color:var(--ink);font-weight:620}
.marks{display:flex;gap:4px 14px;align-items:baseline;margin-bottom:10px;font-size:13px}.marks>span{color:var(--muted)}.marks .legend{margin:0}
.sign{font-weight:700;white-space:nowrap}
.marks .legend .value{min-width:0}
.stack{margin-top:16px}.stack>*+*{margin-top:16px}
.swatch{flex:none;overflow:visible}
.swatch line{stroke:var(--ink-swatch)}
.swatch path{fill:var(--ink-swatch);stroke:var(--ink-swatch);stroke-width:1.5}
.plot{min-height:220px;margin-top:auto;border-radius:8px;touch-action:pan-y}
.plot:empty::after{content:"";display:block;height:220px;border-radius:8px;background:var(--raised)}
.plot .u-over{cursor:crosshair}
.plot .u-select{background:color-mix(in srgb,var(--ink) 12%,transparent)}
.plot .u-cursor-x{border-right:1px solid var(--ink)!important}
.pair{display:grid;gap:16px;margin-top:16px}.pair>.empty{margin:0}@media(min-width:1180px){.pair:has(>.bars~.bars){grid-template-columns:1fr 1fr}.pair:has(>.bars~.bars) .bars ul{grid-template-columns:1fr auto}.pair:has(>.bars~.bars) .bars .bar{grid-column:1/-1;grid-row:2}.pair:has(>.bars~.bars) .bars .meaning{grid-column:1/-1}}
.bars{background:var(--paper);border:1px solid var(--line);border-radius:16px;padding:18px 22px}
.bars ul{display:grid;grid-template-columns:max-content minmax(80px,240px) max-content 1fr;column-gap:22px}
.bars li{display:grid;grid-column:1/-1;grid-template-columns:subgrid;row-gap:4px;align-items:center;padding:6px 0}
.bars .name{display:flex;gap:9px;align-items:center}
.bars .bar{height:8px;border-radius:4px;background:var(--raised)}
.bars .bar{display:flex}.bars .bar i{height:8px;border-radius:4px;background:var(--rule)}
.bars .waited{background:repeating-linear-gradient(-45deg,var(--rule) 0 3px,var(--line) 3px 6px)!important}
.bars .count{text-align:right;white-space:nowrap}
.bars .meaning{font-size:13px}
@media(max-width:860px){.bars ul{grid-template-columns:1fr auto}.bars .bar{grid-column:1/-1;grid-row:2}.bars .meaning{grid-column:1/-1}}
`;

const topology = `
.topology{background:var(--paper);border:1px solid var(--line);border-radius:16px;padding:12px;text-align:center}
.topology svg{width:100%;height:auto;display:block;margin:0 auto}
.topology text{font-size:12px;fill:var(--muted);text-anchor:middle}
.topology .name{font-size:14px;font-weight:620;fill:var(--ink)}
.topology .inside{font-size:12.5px;font-weight:650;fill:var(--ink)}
.shape{fill:var(--raised);stroke:var(--rule);stroke-width:1.75}
.failing .shape{fill:var(--fail-soft);stroke:var(--fail);stroke-width:2.5}
.topology .failing .inside{fill:var(--fail)}
.topology .person{fill:var(--rule)}
.topology .node{cursor:pointer;text-decoration:none}
.topology .source{cursor:default}
.topology a.node:hover .shape,.topology a.node:focus-visible .shape{stroke:var(--ink);stroke-width:3}
.topology a.node:focus-visible{outline:none}
.topology a.node[aria-current] .name{text-decoration:underline;text-underline-offset:4px}
.topology .edge path{fill:none;stroke:var(--rule);opacity:.55;stroke-linecap:butt}
.topology marker path{fill:var(--rule)}
.topology .edge text{stroke:var(--paper);stroke-width:5px;paint-order:stroke;stroke-linejoin:round}
.topology .edge.failing text{fill:var(--fail);font-weight:620}
.topology .edge.failing path{stroke-dasharray:9 4}
.key{display:flex;flex-wrap:wrap;gap:6px 24px;margin-top:10px;font-size:13px;color:var(--muted)}
.key li{display:flex;gap:8px;align-items:center}
.key path.thin{stroke:var(--rule);stroke-width:1.5}.key path.thick{stroke:var(--rule);stroke-width:5}
`;

const tables = `
.scroll{overflow-x:auto;border-radius:16px}
.table .scroll{background:var(--paper);border:1px solid var(--line);max-height:640px;overflow:auto}
.table{position:relative}
.table+.table{margin-top:16px}
table{border-collapse:collapse;width:100%;font-size:13.5px}
caption{text-align:left;color:var(--muted);font-size:13px;padding:12px 20px 6px}
th,td{text-align:left;vertical-align:baseline;padding:7px 14px;border-top:1px solid var(--line);font-weight:400}
th:first-child,td:first-child{padding-left:20px}th:last-child,td:last-child{padding-right:20px}
tbody th{font-weight:560}
thead th{border-top:0;border-bottom:1px solid var(--rule);position:sticky;top:0;background:var(--paper);white-space:nowrap;z-index:1}
thead button{border:0;background:none;padding:2px 4px;margin:0 -4px;font-size:12.5px;font-weight:620;color:var(--muted)}
thead [aria-sort] button{color:var(--ink)}
.arrow{display:inline-block;width:1.1em;text-align:center}
.arrow::before{content:"↕";opacity:0}thead button:hover .arrow::before,thead button:focus-visible .arrow::before{opacity:.5}
[aria-sort=ascending] .arrow::before{content:"↑";opacity:1}[aria-sort=descending] .arrow::before{content:"↓";opacity:1}
.number{text-align:right;white-space:nowrap}
.number .arrow{order:-1}.number button{display:inline-flex}
tbody tr:hover>*{background:var(--raised)}
.bad{font-weight:650;color:var(--fail)}
.filter{display:flex;gap:10px;align-items:center;margin-bottom:10px;font-size:13.5px;color:var(--muted)}
.filter input{width:min(280px,50vw);color:var(--ink)}
.letter{display:inline-grid;place-items:center;min-width:20px;height:20px;border-radius:4px;background:var(--raised);border:1px solid var(--rule);font-size:12px;font-weight:650;margin-right:4px}
.good{font-weight:650;color:var(--pass)}
.interval .zero{stroke:var(--rule);stroke-dasharray:2 2}.interval .range{stroke:var(--ink);stroke-width:1.75;fill:none}.interval circle{fill:var(--ink)}
.against{color:var(--muted);font-weight:400}
.sides{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,360px),1fr));gap:16px;margin-top:24px}
.side h2{font-size:18px;margin:0;overflow-wrap:anywhere}.side p{margin-top:6px;font-size:13.5px}
.side-a{border:2px dashed var(--ink-a);background:none}.side-b{border:2px solid var(--ink-b);background:none}
.verdict:has(>.why:only-child){grid-template-columns:1fr}
ul.notice{display:grid;gap:4px}
.findings.large{font-size:16px;margin-bottom:24px}
.found{outline:3px solid var(--ink);outline-offset:4px;border-radius:6px}
`;

const overlays = `
#tip{position:fixed;z-index:40;max-width:min(320px,calc(100vw - 24px));padding:8px 12px;border-radius:8px;background:var(--ink);color:var(--paper);font-size:13px;line-height:1.45;pointer-events:none;box-shadow:0 4px 16px #0004}
dialog{border:1px solid var(--line);border-radius:16px;background:var(--paper);color:var(--ink);padding:24px 28px;width:min(560px,calc(100vw - 32px));box-shadow:0 16px 60px #0005}
dialog::backdrop{background:#0007}
dialog p{margin-top:16px}
.keys>div{display:grid;grid-template-columns:88px 1fr;gap:12px;padding:4px 0}
kbd{display:inline-block;min-width:24px;text-align:center;padding:1px 6px;border:1px solid var(--rule);border-bottom-width:2px;border-radius:5px;background:var(--raised)}
#search{padding:12px;margin-top:12vh}
#search input{width:100%;padding:10px 14px;font-size:16px}
#search-results{max-height:50vh;overflow-y:auto;margin-top:8px}
#search-results li{display:grid;grid-template-columns:96px 1fr;gap:12px;padding:8px 12px;border-radius:8px;cursor:pointer}
#search-results li span{display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:2;overflow:hidden}
#search-results li .where{color:var(--muted);font-size:12.5px;padding-top:1px}
#search-results li[aria-selected=true]{background:var(--raised);box-shadow:inset 3px 0 var(--ink)}
@media(prefers-reduced-motion:no-preference){html{scroll-behavior:smooth}}
`;

const print = `
@media print{
.no-print,.skip,noscript,dialog,#tip{display:none!important}
html{font-size:12px;background:#fff}main{padding:0;max-width:none}
section{margin-top:28px}h2,h3,figcaption{break-after:avoid}
.card,.chart,.bars li,tr,.verdict,.figures{break-inside:avoid}
.scroll,.table .scroll{overflow:visible;max-height:none}
.charts{grid-template-columns:1fr 1fr}
table{font-size:10px}th,td{padding:3px 6px}thead th{position:static}thead button{font-size:inherit;padding:0;margin:0}.arrow{display:none}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
}
`;

export const pageCss = [base, bar, head, cards, charts, topology, tables, overlays, print].join('').trim();
