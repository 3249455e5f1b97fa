// The one style of the demo's pages: light and dark, wide and narrow, no font or image from elsewhere.
export const STYLE = `
:root{color-scheme:light dark;--ink:#17212b;--soft:#5b6977;--paper:#f5f7f9;--card:#fff;--line:#dde4ea;--wash:#eef3f8;--act:#1d5fbf;--on:#fff;
--good:#11734a;--good-wash:#e6f5ee;--warn:#8a5300;--warn-wash:#fdf3df;--bad:#ad1f2d;--bad-wash:#fdebec;--shadow:0 1px 2px #1018280d,0 6px 20px #1018280d;--radius:14px}
@media(prefers-color-scheme:dark){:root{--ink:#e9eef3;--soft:#a0aebb;--paper:#10161c;--card:#192129;--line:#2d3944;--wash:#212c36;--act:#85b6ff;--on:#0c1c33;
--good:#6fd6a5;--good-wash:#12312a;--warn:#f3c15f;--warn-wash:#35290f;--bad:#ff9ca4;--bad-wash:#3b1a1e;--shadow:none}}
.store{--act:#0b6e5d}
@media(prefers-color-scheme:dark){.store{--act:#5fd3bc;--on:#06251f}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif}
a{color:var(--act);text-underline-offset:.18em}
h1,h2,h3{line-height:1.25;margin:0;text-wrap:balance}
h1{font-size:clamp(1.5rem,1.2rem + 1.4vw,2.1rem);letter-spacing:-.015em}
h2{font-size:1.15rem}h3{font-size:1rem}
p{margin:.5rem 0}
code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.86em}
code{overflow-wrap:anywhere}
:focus-visible{outline:3px solid var(--act);outline-offset:2px;border-radius:6px}
.skip{position:absolute;left:-999px;top:.5rem;background:var(--card);padding:.5rem 1rem;z-index:2}.skip:focus{left:.5rem}
.wide{width:min(68rem,100%);margin-inline:auto;padding-inline:clamp(1rem,3vw,1.75rem)}
.bar{background:var(--card);border-bottom:1px solid var(--line)}
.bar .wide{display:flex;flex-wrap:wrap;align-items:center;gap:.35rem 1.25rem;min-height:3.75rem;padding-block:.5rem}
.brand{display:flex;align-items:center;gap:.6rem;font-weight:650;color:var(--ink);text-decoration:none;margin-right:auto}
.brand svg{width:1.75rem;height:1.75rem;color:var(--act)}
.bar nav{display:flex;flex-wrap:wrap;gap:.25rem .25rem}
.bar nav a{color:var(--soft);text-decoration:none;padding:.35rem .7rem;border-radius:8px;font-size:.94rem}
.bar nav a:hover{background:var(--wash);color:var(--ink)}
.bar nav a[aria-current]{background:var(--wash);color:var(--ink);font-weight:600}
.guest{background:var(--wash);border-bottom:1px solid var(--line);font-size:.94rem}
.guest .wide{display:flex;flex-wrap:wrap;align-items:center;gap:.4rem 1rem;padding-block:.55rem}
.guest .who{margin-right:auto}
main{padding-block:clamp(1.5rem,3vw,2.5rem) 3.5rem}
.lead{font-size:1.08rem;color:var(--soft);max-width:46rem}
.soft{color:var(--soft)}.small{font-size:.88rem}.right{text-align:right}.nowrap{white-space:nowrap}
.stack{display:grid;gap:1.25rem}.stack>*{min-width:0}
.cards{display:grid;gap:1.1rem;grid-template-columns:repeat(auto-fill,minmax(min(17rem,100%),1fr));margin-block:1.5rem;padding:0;list-style:none}
.card{background:var(--card);border:1px solid var(--line);border-radius:var(--radius);box-shadow:var(--shadow);padding:1.35rem}
.card>:first-child{margin-top:0}.card>:last-child{margin-bottom:0}
.card h2+p{margin-top:.4rem}
.cards .card{display:flex;flex-direction:column}
.cards .card .foot{margin-top:auto;padding-top:1rem}
.icon{width:2.75rem;height:2.75rem;padding:.6rem;border-radius:12px;background:var(--wash);color:var(--act);margin-bottom:.9rem}
.button{display:inline-flex;align-items:center;justify-content:center;gap:.5rem;min-height:2.6rem;padding:.45rem 1.05rem;border:1px solid transparent;border-radius:10px;
background:var(--act);color:var(--on);font:inherit;font-weight:600;text-decoration:none;cursor:pointer}
.button:hover{filter:brightness(1.07)}
.button.quiet{background:transparent;border-color:var(--line);color:var(--ink)}
.button.quiet:hover{background:var(--wash);filter:none}
.button.small{min-height:2.1rem;padding:.2rem .75rem;font-size:.9rem}
.button.full{width:100%}
.actions{display:flex;flex-wrap:wrap;gap:.65rem;align-items:center;margin-top:1.25rem}
.actions form,.inline{display:inline-flex;gap:.5rem;align-items:center;margin:0;flex-wrap:wrap}
td .inline{flex-wrap:nowrap}
label{font-weight:600;font-size:.94rem}
.field{display:grid;gap:.3rem;align-content:start}
.hint{font-weight:400;color:var(--soft);font-size:.86rem;margin:0}
input[type=text],input[type=email],input[type=password],input[type=search],input[type=number],select{width:100%;min-height:2.6rem;padding:.4rem .75rem;border:1px solid var(--line);border-radius:10px;background:var(--card);color:var(--ink);font:inherit}
input[type=text].short{width:5.5rem}select.auto{width:auto}.stack.tight{gap:.5rem}.stack.tight p{margin:0}
.grid{display:grid;gap:1.1rem;grid-template-columns:repeat(auto-fit,minmax(min(15rem,100%),1fr))}
fieldset{border:0;margin:0;padding:0;min-width:0}legend{font-weight:600;font-size:.94rem;padding:0;margin-bottom:.4rem}
.choices{display:grid;gap:.75rem;grid-template-columns:repeat(auto-fit,minmax(min(13rem,100%),1fr))}
.check{display:flex;gap:.6rem;align-items:center;font-weight:400}.check input{accent-color:var(--act)}.timeline .note{margin:.5rem 0 0}.field select.auto{justify-self:start;max-width:100%}
.choice{display:flex;gap:.65rem;align-items:flex-start;padding:.8rem .95rem;border:1px solid var(--line);border-radius:12px;cursor:pointer;font-weight:400}
.choice b{display:block}.choice input{margin:.32rem 0 0;accent-color:var(--act)}
.choice:hover{background:var(--wash)}.choice:has(input:checked){border-color:var(--act);box-shadow:inset 0 0 0 1px var(--act)}
form:has(#system-cxml:checked) .only-oci,form:has(#system-oci:checked) .only-cxml{display:none}
.search{display:flex;gap:.5rem;max-width:34rem;margin-top:1.1rem}.search .button{flex:none}
.products .card{padding:0;overflow:hidden}
.picture{display:grid;place-items:center;background:var(--wash);color:var(--act);height:7.5rem}.picture svg{width:3.2rem;height:3.2rem}
.picture.large{height:14rem;border-radius:var(--radius)}.picture.large svg{width:6rem;height:6rem}
.products .text{padding:1rem 1.15rem 1.15rem;display:flex;flex-direction:column;flex:1;gap:.3rem}
.products h2{font-size:1rem}.products h2 a{color:inherit;text-decoration:none}.products h2 a:hover{text-decoration:underline}
.products .foot{display:flex;gap:.5rem;justify-content:space-between;align-items:center;margin-top:auto;padding-top:.75rem}
.price{font-weight:650;font-size:1.08rem;font-variant-numeric:tabular-nums}
.clip{display:-webkit-box;-webkit-line-clamp:2;-webkit-box-orient:vertical;overflow:hidden}
.detail{display:grid;gap:2rem;grid-template-columns:repeat(auto-fit,minmax(min(20rem,100%),1fr));align-items:start}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.35rem 1.25rem;margin:.75rem 0}dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere;min-width:0}
.badge{display:inline-block;padding:.08rem .6rem;border-radius:99px;font-size:.8rem;font-weight:600;background:var(--wash);color:var(--soft);white-space:nowrap;vertical-align:middle}
.note .badge{background:var(--card)}
h1 .badge{margin-left:.4rem;letter-spacing:0}
.badge.good{background:var(--good-wash);color:var(--good)}.badge.warn{background:var(--warn-wash);color:var(--warn)}.badge.bad{background:var(--bad-wash);color:var(--bad)}
.note{border-radius:12px;padding:.9rem 1.1rem;background:var(--wash);border:1px solid var(--line)}
.note>:first-child{margin-top:0}.note>:last-child{margin-bottom:0}
.note.good{background:var(--good-wash);border-color:transparent}.note.warn{background:var(--warn-wash);border-color:transparent}.note.bad{background:var(--bad-wash);border-color:transparent}
.note.good h2,.note.good b{color:var(--good)}.note.warn h2,.note.warn b{color:var(--warn)}.note.bad h2,.note.bad b{color:var(--bad)}
.table{overflow-x:auto;border:1px solid var(--line);border-radius:var(--radius);background:var(--card);box-shadow:var(--shadow)}
table{border-collapse:collapse;width:100%;font-size:.95rem}
caption{text-align:left;padding:1rem 1.15rem .25rem;font-weight:650}
th,td{padding:.7rem 1.15rem;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
thead th{font-size:.82rem;color:var(--soft);font-weight:600;white-space:nowrap}
tbody tr:last-child td,tfoot tr:last-child td,tbody tr:last-child th{border-bottom:0}
tbody th{font-weight:500}
td.number,th.number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
tfoot td{border-bottom:0;padding-block:.35rem}tfoot tr:first-child td{padding-top:.9rem;border-top:1px solid var(--line)}tfoot tr:last-child td{padding-bottom:.9rem;font-weight:650}
tr.part td:nth-child(2){padding-left:2.2rem}
td .small:not(.button){display:block}td.asks{white-space:nowrap}td.asks form+form{margin-left:.4rem}
details{border:1px solid var(--line);border-radius:12px;background:var(--card)}
summary{padding:.75rem 1.1rem;cursor:pointer;font-weight:600}
details[open] summary{border-bottom:1px solid var(--line)}
pre{margin:0;padding:1rem 1.15rem;overflow:auto;max-height:32rem;line-height:1.5;white-space:pre-wrap;overflow-wrap:anywhere}
.before{text-decoration:line-through;color:var(--soft)}
.changes{display:grid;gap:.6rem;margin:1rem 0 0;padding:0;list-style:none}
.changes li{border-top:1px solid var(--line);padding-top:.6rem}.changes li:first-child{border:0;padding-top:0}
iframe{display:block;width:100%;height:min(48rem,80vh);border:1px solid var(--line);border-radius:var(--radius);background:var(--card)}
.lines{white-space:pre-line}.plain{list-style:none;padding:0;margin:0}
.filters{display:flex;flex-wrap:wrap;gap:.75rem;align-items:end}.filters .field{flex:0 1 10rem}.filters .field.grow{flex:1 1 16rem}
.chips{display:flex;flex-wrap:wrap;gap:.4rem}
.chips a{padding:.35rem .9rem;border:1px solid var(--line);border-radius:99px;background:var(--card);color:var(--ink);text-decoration:none;font-size:.94rem}
.chips a:hover{background:var(--wash)}.chips a[aria-current]{background:var(--act);border-color:var(--act);color:var(--on);font-weight:600}
.steps{display:flex;gap:.3rem;list-style:none;margin:0;padding:0}
.steps li{flex:1;display:grid;gap:.1rem;padding-top:.7rem;border-top:4px solid var(--line);color:var(--soft);min-width:0;padding-right:.5rem}
.steps li b{font-weight:600}.steps li.done{border-color:var(--act);color:var(--ink)}
.timeline{list-style:none;margin:.75rem 0 0;padding:0}
.timeline li{position:relative;padding:0 0 .8rem 1.25rem;border-left:2px solid var(--line);overflow-wrap:anywhere}
.timeline li:last-child{border-color:transparent;padding-bottom:0}
.timeline li::before{content:"";position:absolute;left:-.37rem;top:.45rem;width:.6rem;height:.6rem;border-radius:50%;background:var(--act)}
.timeline .when{display:block;color:var(--soft);font-size:.88rem}.timeline~*{margin-top:1.1rem}
.figures{display:flex;flex-wrap:wrap;gap:.75rem 2.25rem;margin:.9rem 0}.figures dt{font-size:.88rem}.figures dd{font-variant-numeric:tabular-nums;font-weight:600}
.figures .strong dd{font-size:1.35rem;line-height:1.2}.figures .bad dd{color:var(--bad)}
.figures>div{display:flex;flex-direction:column;justify-content:end}
svg.budget{display:block;width:100%;height:.9rem;border-radius:99px;margin-top:.75rem}svg.budget .available{fill:var(--wash)}svg.budget .reserved{fill:var(--warn)}svg.budget .committed{fill:var(--act)}
.dot{display:inline-block;width:.65rem;height:.65rem;border-radius:50%;margin-right:.4rem;border:1px solid var(--line);background:var(--wash)}.dot.reserved{background:var(--warn)}.dot.committed{background:var(--act)}
meter{width:100%;height:1rem;accent-color:var(--act)}
.row{display:contents}.grid.top{align-items:start}.desk>.note{margin-top:.9rem}.desk>h3{margin:1.25rem 0 .4rem}
.desk.warn{border-color:var(--warn)}.desk .note h3{color:var(--warn)}.desk .grid{margin-top:1rem}
.sr{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
footer{border-top:1px solid var(--line);color:var(--soft);font-size:.88rem;padding-block:1.25rem}
@media(max-width:38rem){th,td{padding:.6rem .75rem}.card{padding:1.1rem}dl{grid-template-columns:1fr;gap:0 0}dd{margin-bottom:.5rem}
.fold thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.fold tbody tr{display:grid;grid-template-columns:1fr auto;gap:.15rem 1rem;padding:.8rem .9rem;border-bottom:1px solid var(--line)}.fold tbody tr:last-child{border-bottom:0}
.fold tbody td{border:0;padding:0}.fold tbody td.lead-cell{grid-column:1/-1}.fold tbody td.hide{display:none}
.steps{flex-direction:column;gap:.25rem}.steps li{display:flex;justify-content:space-between;align-items:baseline;border-top:0;border-left:4px solid var(--line);padding:.1rem 0 .1rem .75rem}
.filters .field{flex:1 1 8rem}.filters .button{flex:1}
.fold tbody td[data-label]{text-align:left;white-space:normal}.fold tbody td[data-label]::before{content:attr(data-label) " ";color:var(--soft);font-size:.86rem}
.fold tfoot tr{display:flex;justify-content:flex-end}.fold tfoot td[aria-hidden]{display:none}tr.part td:nth-child(2){padding-left:0}.bar nav{margin-inline:-.45rem}.bar nav a{padding:.3rem .45rem;font-size:.88rem}.brand{width:100%}}
@media(prefers-reduced-motion:no-preference){.button,.choice,.bar nav a{transition:background-color .12s,filter .12s}}
`
