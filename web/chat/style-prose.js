/** How Markdown, programs and mathematics are set. */

export const prose = `
.prose { overflow-wrap: anywhere; }
.plain { white-space: pre-wrap; }
.block > :first-child { margin-block-start: 0; }
.block > :last-child { margin-block-end: 0; }
.block + .block { margin-block-start: .8rem; }
.block:empty { display: none; }
.prose :is(h3, h4, h5, h6) { margin-block: 1.4rem .5rem; line-height: 1.3; letter-spacing: -.01em; }
.prose h3 { font-size: 1.25rem; }
.prose h4 { font-size: 1.1rem; }
.prose :is(h5, h6) { font-size: 1rem; }
.prose :is(ul, ol) { padding-inline-start: 1.5rem; }
.prose li { margin-block: .25rem; }
.prose li > p { margin-block: .25rem; }
.prose .task { list-style: none; margin-inline-start: -1.35rem; }
.prose a { color: var(--delta-accent); text-underline-offset: .15em; }
.prose blockquote { margin-inline: 0; padding-inline-start: 1rem; border-inline-start: 3px solid var(--line); color: var(--quiet); }
.prose hr { border: 0; border-block-start: 1px solid var(--line); margin-block: 1.25rem; }
.prose :not(pre) > code { padding: .1em .35em; border-radius: .35rem; background: var(--raised); font: .875em var(--delta-mono); }
.code { margin-inline: 0; overflow: hidden; border: 1px solid var(--line); border-radius: .8rem; background: var(--raised); }
.code figcaption { display: flex; justify-content: space-between; align-items: center; min-block-size: 2.25rem; padding-inline: .9rem .3rem; border-block-end: 1px solid var(--line); color: var(--quiet); font-size: .8125rem; }
.code .copy { min-block-size: 1.9rem; padding-inline: .6rem; border: 0; background: none; font-size: .8125rem; }
.code .copy svg { inline-size: 1rem; block-size: 1rem; }
.code pre { margin: 0; padding: .8rem .9rem; overflow-x: auto; overflow-wrap: normal; font: .875rem/1.55 var(--delta-mono); tab-size: 4; outline-offset: -3px; }
.code code { font: inherit; }
.table { overflow-x: auto; border: 1px solid var(--line); border-radius: .8rem; }
.table table { border-collapse: collapse; inline-size: 100%; font-size: .9375rem; font-variant-numeric: tabular-nums; }
.table :is(th, td) { padding: .5rem .8rem; border-block-end: 1px solid var(--line); text-align: start; overflow-wrap: normal; }
.table [align=right] { text-align: end; }
.table [align=center] { text-align: center; }
.table th { background: var(--raised); font-weight: 600; }
.table tr:last-child td { border-block-end: 0; }
math { font-family: "STIX Two Math", "Latin Modern Math", "Cambria Math", math; font-size: 1.1em; }
.function { padding-inline: .17em; }
munderover > :nth-child(3), mfrac > :first-child { padding-block-end: .12em; } /* fonts without a table for mathematics set them too tight */
munderover > :nth-child(2), mfrac > :last-child { padding-block-start: .12em; }
div[data-tex] { margin-block: .6rem; padding-block: .25rem; overflow-x: auto; overflow-y: hidden; text-align: center; }
.hljs-comment, .hljs-quote { color: var(--quiet); font-style: italic; }
.hljs-keyword, .hljs-selector-tag, .hljs-literal, .hljs-meta, .hljs-tag, .hljs-doctag { color: var(--code-word); }
.hljs-string, .hljs-regexp, .hljs-addition, .hljs-symbol, .hljs-char { color: var(--code-text); }
.hljs-number, .hljs-attr, .hljs-attribute, .hljs-variable, .hljs-template-variable, .hljs-type, .hljs-deletion { color: var(--code-number); }
.hljs-title, .hljs-name, .hljs-built_in, .hljs-section, .hljs-selector-id, .hljs-selector-class { color: var(--code-name); }
.hljs-emphasis { font-style: italic; }
.hljs-strong { font-weight: 600; }
`;
