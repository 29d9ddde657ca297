/** The look of `<delta-chat>`: custom properties and parts are its interface, everything else may change. */

import { prose } from './style-prose.js';

export const style = new CSSStyleSheet();
style.replaceSync(`
:host {
  --delta-accent: #3050c8;
  --delta-font: system-ui, -apple-system, "Segoe UI", sans-serif;
  --delta-mono: ui-monospace, "SF Mono", "Cascadia Code", Menlo, Consolas, monospace;
  --delta-measure: 46rem;
  --delta-radius: 1rem;
  --ink: #1d1f24;
  --quiet: #5d6470;
  --ground: #ffffff;
  --raised: #f3f4f7;
  --deep: #e8eaef;
  --line: #dfe2e8;
  --alarm: #a3201d;
  --on-accent: #ffffff;
  --code-word: #8a2f8f;
  --code-text: #1f6b3a;
  --code-number: #9a4a00;
  --code-name: #2249a8;
  display: grid;
  position: relative;
  grid-template-columns: minmax(0, 1fr);
  min-height: 20rem;
  overflow: hidden;
  color: var(--ink);
  background: var(--ground);
  font: 1rem/1.6 var(--delta-font);
  color-scheme: light dark;
}
@media (prefers-color-scheme: dark) {
  :host {
    --delta-accent: #9db1ff; --ink: #e6e8ec; --quiet: #a2a9b5; --ground: #17181c; --raised: #212329; --deep: #2b2e36; --line: #343842;
    --alarm: #ff9b96; --on-accent: #14161c; --code-word: #dba3e6; --code-text: #93d3a2; --code-number: #efb27c; --code-name: #a3bcff;
  }
}
:host([hidden]), [hidden] { display: none !important; }
:host([storage]) { grid-template-columns: 17rem minmax(0, 1fr); }
* { box-sizing: border-box; }
.unseen { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.row { display: flex; gap: .5rem; align-items: center; }
.gap { flex: 1; }
.quiet { color: var(--quiet); }

button, textarea, input { font: inherit; color: inherit; }
button { min-block-size: 2.25rem; padding-inline: .8rem; border: 1px solid var(--line); border-radius: .7rem; background: var(--ground); cursor: pointer; }
button { display: inline-flex; gap: .5rem; align-items: center; justify-content: center; transition: background .12s; }
button:hover:not(:disabled) { background: var(--raised); }
button:disabled { cursor: default; opacity: .45; }
button.danger { border-color: transparent; color: var(--on-accent); background: var(--alarm); }
button.danger:hover:not(:disabled) { background: var(--alarm); filter: brightness(1.08); }
button.primary, button.primary:hover:not(:disabled) { border-color: transparent; color: var(--on-accent); background: var(--delta-accent); }
button.icon { inline-size: 2.25rem; padding: 0; border-color: transparent; background: none; color: var(--quiet); }
button.icon:hover:not(:disabled) { background: var(--deep); color: var(--ink); }
button.icon.primary, button.icon.primary:hover { border-radius: 50%; color: var(--on-accent); background: var(--delta-accent); }
button.icon.primary:disabled { color: var(--quiet); background: var(--deep); opacity: 1; }
svg { inline-size: 1.2rem; block-size: 1.2rem; fill: none; stroke: currentcolor; stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round; }
.switcher:dir(rtl) svg { transform: scaleX(-1); }
:focus-visible { outline: 2px solid var(--delta-accent); outline-offset: 2px; }
textarea, input:not([type=checkbox]) { border: 1px solid var(--line); border-radius: .7rem; padding: .45rem .7rem; background: var(--ground); }
textarea { resize: none; field-sizing: content; }
::placeholder { color: var(--quiet); opacity: 1; }
progress, meter { appearance: none; block-size: .375rem; border: 0; border-radius: 1rem; overflow: hidden; background: var(--deep); }
::-webkit-progress-bar, ::-webkit-meter-bar { block-size: 100%; border: 0; border-radius: 1rem; background: var(--deep); }
::-webkit-progress-value { border-radius: 1rem; background: var(--delta-accent); transition: inline-size .2s; }
::-moz-progress-bar { border-radius: 1rem; background: var(--delta-accent); }
::-webkit-meter-optimum-value { border-radius: 1rem; background: var(--quiet); }
::-webkit-meter-suboptimum-value { border-radius: 1rem; background: var(--alarm); }
::-moz-meter-bar { border-radius: 1rem; background: var(--quiet); }
:-moz-meter-sub-optimum::-moz-meter-bar { background: var(--alarm); }
.tag { padding-inline: .4rem; border-radius: .4rem; background: var(--deep); color: var(--quiet); font-size: .75rem; font-weight: 500; line-height: 1.5; }

.sidebar { display: none; flex-direction: column; gap: .5rem; min-block-size: 0; padding: .75rem; background: var(--raised); border-inline-end: 1px solid var(--line); }
:host([storage]) .sidebar { display: flex; }
.sidebar .wide { justify-content: flex-start; }
.sidebar .row button { flex: 1; background: none; font-size: .875rem; }
.sidebar .lists { flex: 1; min-block-size: 0; overflow-y: auto; scrollbar-width: thin; }
.sidebar h2 { margin: .9rem 0 .25rem; padding-inline: .8rem; color: var(--quiet); font-size: .75rem; font-weight: 600; }
ul:is(.sidebar ul, .models) { display: grid; gap: .125rem; margin: 0; padding: 0; list-style: none; }
.sidebar li { display: flex; align-items: center; min-inline-size: 0; border-radius: .7rem; font-size: .9375rem; }
.sidebar li:hover, .sidebar li:has([aria-current]) { background: var(--deep); }
.sidebar li .title, .sidebar li .title:hover { flex: 1; min-inline-size: 0; display: block; overflow: hidden; border: 0; background: none; text-align: start; text-overflow: ellipsis; white-space: nowrap; }
.sidebar li .icon { flex: none; inline-size: 2rem; }
.sidebar li input { flex: 1; min-inline-size: 0; }
@media (hover: hover) {
  .sidebar li:not(:hover, :focus-within) .icon { inline-size: 0; overflow: hidden; opacity: 0; }
}
.veil { display: none; }

.chat { display: grid; grid-template-columns: minmax(0, 1fr); grid-template-rows: auto minmax(0, 1fr) auto; min-block-size: 0; min-inline-size: 0; }
header { display: flex; gap: .25rem; align-items: center; padding: .6rem .75rem; }
header .load { border-radius: 2rem; font-size: .9375rem; }
header [aria-expanded] { display: none; }
:host([storage]) header .fresh { display: none; }
.picker { flex: 1; min-inline-size: 0; }
.picker .title { font-weight: 600; }
.picker button { max-inline-size: 100%; gap: .4rem; border-color: transparent; background: none; font-size: 1.0625rem; white-space: nowrap; }
.picker strong { overflow: hidden; font-weight: 600; text-overflow: ellipsis; }
.picker svg { flex: none; color: var(--quiet); }

.thread { position: relative; min-block-size: 0; }
.log { block-size: 100%; overflow-y: auto; scrollbar-gutter: stable both-edges; overflow-anchor: none; padding-inline: 1rem; outline-offset: -3px; }
.messages, .empty, .composer { inline-size: 100%; max-inline-size: var(--delta-measure); margin-inline: auto; }
.composer { max-inline-size: calc(var(--delta-measure) + 2rem); }
.messages { padding-block: 1rem 2rem; }
.to-end { position: absolute; inset-block-end: .75rem; inset-inline: 0; margin-inline: auto; border: 1px solid var(--line) !important; background: var(--ground) !important; border-radius: 50%; }
.empty { display: grid; align-content: center; justify-items: center; block-size: 100%; padding: 1rem 1rem 4rem; text-align: center; text-wrap: balance; }
.empty h2 { margin: 0 0 .5rem; font-size: clamp(1.5rem, 5vw, 2rem); font-weight: 600; letter-spacing: -.02em; line-height: 1.2; }
.empty p { margin: .25rem 0; max-inline-size: 32rem; }
.empty .quiet { font-size: .9375rem; }

article { margin-block-end: .75rem; }
.user { display: flex; margin-block-end: .25rem; flex-direction: column; align-items: flex-end; }
.user .body { max-inline-size: 85%; }
.bubble { padding: .6rem 1rem; border-radius: var(--delta-radius) var(--delta-radius) .3rem var(--delta-radius); background: var(--raised); white-space: pre-wrap; overflow-wrap: anywhere; }
.foot { display: flex; flex-wrap: wrap; gap: .1rem; align-items: center; min-block-size: 2.25rem; margin-inline: -.5rem; color: var(--quiet); font-size: .8125rem; font-variant-numeric: tabular-nums; }
.foot .icon { inline-size: 2rem; min-block-size: 2rem; }
.foot svg { inline-size: 1rem; block-size: 1rem; }
.foot .figures { margin-inline: .5rem; }
@media (hover: hover) {
  .foot > * { transition: opacity .15s; }
  article:not(:hover, :focus-within, :last-child) .foot > :not(.switcher) { opacity: 0; }
}
.switcher { display: inline-flex; align-items: center; }
.edit { inline-size: 100%; display: grid; gap: .6rem; margin-block-end: 1.25rem; padding: .75rem; border-radius: var(--delta-radius); background: var(--raised); }
.edit .row { justify-content: flex-end; }
.note { color: var(--quiet); font-size: .875rem; }
.writing { display: inline-block; inline-size: .6rem; block-size: .6rem; border-radius: 50%; background: var(--quiet); animation: breathe 1.2s infinite ease-in-out; }
@keyframes breathe { 50% { opacity: .45; } }
summary { inline-size: fit-content; max-inline-size: 100%; cursor: pointer; border-radius: .4rem; }
.thought { margin-block-end: .75rem; color: var(--quiet); font-size: .9375rem; }
.thought summary, .card summary { display: flex; gap: .4rem; align-items: center; list-style: none; }
.thought summary:hover { color: var(--ink); }
summary::-webkit-details-marker { display: none; }
summary .turn { inline-size: 1rem; block-size: 1rem; transition: rotate .15s; }
summary .turn:dir(rtl) { rotate: 180deg; }
[open] > summary .turn { rotate: 90deg !important; }
.thinking summary span { animation: breathe 1.6s infinite ease-in-out; }
.thought .prose { margin-block: .5rem .25rem; margin-inline-start: .45rem; padding-inline-start: 1rem; border-inline-start: 2px solid var(--line); }
.card { margin-block: .5rem; border: 1px solid var(--line); border-radius: .8rem; background: var(--raised); }
.card summary { inline-size: auto; padding: .6rem .9rem; border-radius: .8rem; font-size: .9375rem; }
.card > :not(summary) { margin-inline: .9rem; }
.card > :last-child:not(summary) { margin-block-end: .75rem; }
.card .state { margin-inline-start: auto; color: var(--quiet); font-size: .8125rem; }
.card p { margin-block: .25rem; color: var(--quiet); font-size: .8125rem; font-weight: 500; }
.card pre { max-block-size: 16rem; margin-block: 0 .5rem; padding: .5rem .7rem; border-radius: .5rem; overflow: auto; background: var(--ground); font: .8125rem/1.5 var(--delta-mono); white-space: pre-wrap; overflow-wrap: anywhere; }

.composer { padding: 0 1rem max(.5rem, env(safe-area-inset-bottom)); }
.composer form { padding: .5rem; border: 1px solid var(--line); border-radius: 1.4rem; background: var(--ground); box-shadow: 0 4px 24px rgb(0 0 0 / .07); transition: border-color .12s; }
.composer form:focus-within { border-color: var(--delta-accent); }
[part=stop] svg { fill: currentcolor; }
.composer textarea { display: block; inline-size: 100%; min-block-size: 2.5rem; max-block-size: min(14rem, 35vh); padding: .4rem .7rem; border: 0; outline: none; background: none; }
.toggle { position: relative; display: inline-flex; gap: .4rem; align-items: center; min-block-size: 2.25rem; padding-inline: .7rem .85rem; border: 1px solid var(--line); border-radius: 2rem; color: var(--quiet); font-size: .875rem; }
.toggle input { position: absolute; inset: 0; appearance: none; margin: 0; border-radius: inherit; cursor: pointer; }
.toggle svg { inline-size: 1.05rem; block-size: 1.05rem; }
.toggle:hover { background: var(--raised); }
.toggle:has(:checked) { border-color: color-mix(in srgb, var(--delta-accent) 45%, transparent); color: var(--delta-accent); background: color-mix(in srgb, var(--delta-accent) 9%, transparent); }
.status { display: flex; gap: .75rem; align-items: center; min-block-size: 2.25rem; padding-inline: .75rem; color: var(--quiet); font-size: .8125rem; font-variant-numeric: tabular-nums; }
.status progress { flex: 0 1 9rem; min-inline-size: 3rem; }
.status .progress:empty { display: none; }
.context { display: inline-flex; gap: .5rem; align-items: center; margin-inline-start: auto; }
meter { inline-size: 4rem; }
.alert { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; margin: 0 0 .5rem; padding: .6rem 1rem; border: 1px solid color-mix(in srgb, var(--alarm) 35%, transparent); border-radius: var(--delta-radius); color: var(--alarm); background: color-mix(in srgb, var(--alarm) 6%, var(--ground)); font-size: .9375rem; overflow-wrap: anywhere; }
.alert button { min-block-size: 2rem; font-size: .875rem; }
.notice { border-color: var(--line); color: var(--ink); background: var(--raised); }

dialog { inline-size: min(36rem, calc(100% - 2rem)); max-block-size: calc(100% - 2rem); padding: 0; border: 1px solid var(--line); border-radius: var(--delta-radius); color: var(--ink); background: var(--ground); box-shadow: 0 16px 60px rgb(0 0 0 / .25); }
dialog::backdrop { background: rgb(10 12 18 / .45); }
.dialog { display: grid; gap: 1rem; padding: 0 1.5rem 1.5rem; }
.dialog > .row:first-child { position: sticky; inset-block-start: 0; z-index: 1; margin-inline: -1.5rem; padding: 1rem 1rem .25rem 1.5rem; background: var(--ground); }
.dialog > .row:first-child:dir(rtl) { padding: 1rem 1.5rem .25rem 1rem; }
.dialog h2 { margin: 0; font-size: 1.25rem; letter-spacing: -.01em; }
.dialog > button { justify-self: start; }
.dialog p { margin: 0; font-size: .875rem; }
.dialog p:empty { display: none; }
.models li { display: flex; gap: .25rem; align-items: center; border-radius: .8rem; }
.models li:hover, .models li:has([aria-current]) { background: var(--raised); }
.choice, .choice:hover { flex: 1; min-inline-size: 0; display: grid; gap: .1rem; justify-content: stretch; padding: .6rem .9rem; border: 0; background: none !important; text-align: start; }
.choice strong { overflow-wrap: anywhere; font-weight: 600; }
.choice small { color: var(--quiet); font-size: .875rem; }
.choice svg { color: var(--delta-accent); }
.models li > .icon { flex: none; margin-inline-end: .5rem; }
.confirm { flex: 1; display: grid; gap: .6rem; padding: .75rem .9rem; border-radius: .8rem; background: var(--raised); }
.confirm .row { justify-content: flex-end; }
fieldset { display: grid; gap: .75rem; margin: 0; padding: 1.25rem 0 0; border: 0; border-block-start: 1px solid var(--line); min-inline-size: 0; }
legend { float: inline-start; padding: 0; font-weight: 600; }
.grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr)); gap: 1rem 1.25rem; }
.field { display: grid; align-content: start; gap: .2rem; }
.field label { font-weight: 500; font-size: .9375rem; }
.field small { color: var(--quiet); line-height: 1.4; }
.field :is(input, textarea) { inline-size: 100%; }
dl { display: grid; grid-template-columns: auto 1fr; gap: .3rem 1rem; margin: 0; font-size: .9375rem; }
dt { color: var(--quiet); }
dd { margin: 0; overflow-wrap: anywhere; }

@media (max-width: 48rem) {
  :host([storage]) { grid-template-columns: minmax(0, 1fr); }
  :host([storage]) header [aria-expanded] { display: inline-flex; }
  :host([storage]) header .fresh { display: inline-flex; }
  .sidebar { position: absolute; inset-block: 0; inset-inline-start: 0; z-index: 2; inline-size: min(19rem, 85%); visibility: hidden; translate: -100% 0; transition: translate .2s, visibility .2s; }
  .sidebar:dir(rtl) { translate: 100% 0; }
  :host([drawer]) .sidebar { visibility: visible; translate: none; transition: translate .2s; } /* visible at once, to take the focus */
  :host([drawer]) .veil { display: block; position: absolute; inset: 0; z-index: 1; background: rgb(10 12 18 / .45); }
  header { padding-inline: .5rem; }
  button, .toggle { min-block-size: 2.75rem; }
  .dialog { padding-inline: 1rem; }
  .dialog > .row:first-child { margin-inline: -1rem; padding-inline-start: 1rem; }
  button.icon { inline-size: 2.75rem; }
  .sidebar li .icon { inline-size: 2.5rem; }
  .foot .icon { inline-size: 2.5rem; min-block-size: 2.5rem; }
  .user .body { max-inline-size: 92%; }
  textarea, input { font-size: 1rem; }
}
@media (prefers-reduced-motion: reduce) {
  * { animation: none !important; transition: none !important; }
}
${prose}`);
