/** The look of `<delta-chat>`: custom properties and parts are its interface, everything else may change. */

export const style = new CSSStyleSheet();
style.replaceSync(`
:host {
  --delta-accent: #3557d6;
  --delta-font: system-ui, sans-serif;
  --ink: #1b1d22;
  --quiet: #5c6470;
  --ground: #ffffff;
  --raised: #f1f3f7;
  --line: #d5dae2;
  --alarm: #a3201d;
  display: grid;
  grid-template-rows: auto 1fr auto;
  min-height: 20rem;
  color: var(--ink);
  background: var(--ground);
  font: 1rem/1.5 var(--delta-font);
  color-scheme: light dark;
}
@media (prefers-color-scheme: dark) {
  :host { --delta-accent: #8ea6ff; --ink: #e6e8ec; --quiet: #9aa3b0; --ground: #16181d; --raised: #22262e; --line: #363c47; --alarm: #ff9b96; }
}
:host([hidden]), [hidden] { display: none !important; }
* { box-sizing: border-box; }
button, textarea { font: inherit; color: inherit; }
button { padding: .4rem .8rem; border: 1px solid var(--line); border-radius: .5rem; background: var(--raised); cursor: pointer; }
button:disabled { opacity: .5; cursor: default; }
button[type=submit] { border-color: transparent; color: var(--ground); background: var(--delta-accent); }
:focus-visible { outline: 2px solid var(--delta-accent); outline-offset: 2px; }
header, footer, .log { width: 100%; max-width: 48rem; margin-inline: auto; padding: .75rem 1rem; }
header { display: flex; flex-wrap: wrap; gap: .75rem; align-items: center; }
.title { flex: 1; font-weight: 600; }
.thinking { display: flex; gap: .35rem; align-items: center; }
.log { overflow-y: auto; scrollbar-gutter: stable; }
article { margin-block: 0 1rem; }
article.user { width: fit-content; max-width: 85%; margin-inline-start: auto; padding: .5rem .8rem; border-radius: .8rem; background: var(--raised); }
.text, .thought { white-space: pre-wrap; overflow-wrap: anywhere; }
details { margin-block-end: .5rem; color: var(--quiet); }
.thought { padding-inline-start: .8rem; border-inline-start: 2px solid var(--line); }
.note { color: var(--quiet); font-size: .875rem; }
form { display: flex; gap: .5rem; align-items: end; }
textarea { flex: 1; min-height: 2.6rem; max-height: 12rem; padding: .5rem .75rem; resize: none; field-sizing: content;
  border: 1px solid var(--line); border-radius: .8rem; background: var(--ground); }
.status { display: flex; gap: .75rem; align-items: center; min-height: 2rem; color: var(--quiet); font-size: .875rem; font-variant-numeric: tabular-nums; }
progress { flex: 0 1 14rem; accent-color: var(--delta-accent); }
.alert { margin: 0 0 .5rem; padding: .5rem .75rem; border: 1px solid currentcolor; border-radius: .5rem; color: var(--alarm); }
`);
