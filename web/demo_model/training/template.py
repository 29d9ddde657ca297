"""The chat template of the small Qwen3.5 models in this project's own words: it renders the same text.

Thinking is off unless ``enable_thinking`` is true. Rendering follows transformers: an immutable jinja2 sandbox with
``tojson`` that does not escape HTML.
"""

from __future__ import annotations

import json
from typing import Any

from jinja2 import Template, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

TOOL_HELP = r"""

If you choose to call a function ONLY reply in the following format with NO suffix:

<tool_call>
<function=example_function_name>
<parameter=example_parameter_1>
value_1
</parameter>
<parameter=example_parameter_2>
This is the value for the second parameter
that can span
multiple lines
</parameter>
</function>
</tool_call>

<IMPORTANT>
Reminder:
- Function calls MUST follow the specified format: an inner <function=...></function> block must be nested within <tool_call></tool_call> XML tags
- Required parameters MUST be specified
- You may provide optional reasoning for your function call in natural language BEFORE the function call, but NOT after
- If there is no function call available, answer the question like normal with your current knowledge and do not tell the user about function calls
</IMPORTANT>"""

TEMPLATE = r"""
{%- set found = namespace(images=0, videos=0, query=-1) -%}
{%- macro text(content, count, system) -%}
    {%- if content is string -%}
        {{- content -}}
    {%- elif content is none or content is undefined -%}
    {%- elif content is mapping or content is not iterable -%}
        {{- raise_exception('Unexpected content type.') -}}
    {%- else -%}
        {%- for part in content -%}
            {%- set image = 'image' in part or 'image_url' in part or part.type == 'image' -%}
            {%- if image or 'video' in part or part.type == 'video' -%}
                {%- if system -%}
                    {{- raise_exception('System message cannot contain ' ~ ('images.' if image else 'videos.')) -}}
                {%- endif -%}
                {%- if image -%}
                    {%- if count -%}{%- set found.images = found.images + 1 -%}{%- endif -%}
                    {%- if add_vision_id -%}{{- 'Picture ' ~ found.images ~ ': ' -}}{%- endif -%}
                    {{- '<|vision_start|><|image_pad|><|vision_end|>' -}}
                {%- else -%}
                    {%- if count -%}{%- set found.videos = found.videos + 1 -%}{%- endif -%}
                    {%- if add_vision_id -%}{{- 'Video ' ~ found.videos ~ ': ' -}}{%- endif -%}
                    {{- '<|vision_start|><|video_pad|><|vision_end|>' -}}
                {%- endif -%}
            {%- elif 'text' in part -%}
                {{- part.text -}}
            {%- else -%}
                {{- raise_exception('Unexpected item type in content.') -}}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro -%}
{%- if not messages -%}{{- raise_exception('No messages provided.') -}}{%- endif -%}
{%- set has_system = messages[0].role == 'system' -%}
{%- set system_text = text(messages[0].content, false, true)|trim if has_system else '' -%}
{%- if tools and tools is iterable and tools is not mapping -%}
    {{- '<|im_start|>system\n# Tools\n\nYou have access to the following functions:\n\n<tools>' -}}
    {%- for tool in tools -%}{{- '\n' ~ (tool | tojson) -}}{%- endfor -%}
    {{- '\n</tools>' ~ @@TOOL_HELP@@ -}}
    {%- if system_text -%}{{- '\n\n' ~ system_text -}}{%- endif -%}
    {{- '<|im_end|>\n' -}}
{%- elif has_system -%}
    {{- '<|im_start|>system\n' ~ system_text ~ '<|im_end|>\n' -}}
{%- endif -%}
{%- for message in messages -%}
    {%- if message.role == 'user' -%}
        {%- set asked = text(message.content, false, false)|trim -%}
        {%- if not (asked.startswith('<tool_response>') and asked.endswith('</tool_response>')) -%}
            {%- set found.query = loop.index0 -%}
        {%- endif -%}
    {%- endif -%}
{%- endfor -%}
{%- if found.query < 0 -%}{{- raise_exception('No user query found in messages.') -}}{%- endif -%}
{%- for message in messages -%}
    {%- set content = text(message.content, true, false)|trim -%}
    {%- if message.role == 'system' -%}
        {%- if not loop.first -%}{{- raise_exception('System message must be at the beginning.') -}}{%- endif -%}
    {%- elif message.role == 'user' -%}
        {{- '<|im_start|>user\n' ~ content ~ '<|im_end|>\n' -}}
    {%- elif message.role == 'assistant' -%}
        {%- set thought = '' -%}
        {%- if message.reasoning_content is string -%}
            {%- set thought = message.reasoning_content -%}
        {%- elif '</think>' in content -%}
            {%- set thought = content.split('</think>')[0].rstrip('\n').split('<think>')[-1].lstrip('\n') -%}
            {%- set content = content.split('</think>')[-1].lstrip('\n') -%}
        {%- endif -%}
        {{- '<|im_start|>assistant\n' -}}
        {%- if loop.index0 > found.query -%}{{- '<think>\n' ~ (thought|trim) ~ '\n</think>\n\n' -}}{%- endif -%}
        {{- content -}}
        {%- if message.tool_calls and message.tool_calls is iterable and message.tool_calls is not mapping -%}
            {%- for call in message.tool_calls -%}
                {%- set function = call.function if call.function is defined else call -%}
                {{- ('' if not (content|trim) else '\n\n') if loop.first else '\n' -}}
                {{- '<tool_call>\n<function=' ~ function.name ~ '>\n' -}}
                {%- if function.arguments is defined -%}
                    {%- for key, value in function.arguments|items -%}
                        {{- '<parameter=' ~ key ~ '>\n' -}}
                        {%- set structured = value is mapping or (value is sequence and value is not string) -%}
                        {{- (value | tojson | safe) if structured else (value | string) -}}
                        {{- '\n</parameter>\n' -}}
                    {%- endfor -%}
                {%- endif -%}
                {{- '</function>\n</tool_call>' -}}
            {%- endfor -%}
        {%- endif -%}
        {{- '<|im_end|>\n' -}}
    {%- elif message.role == 'tool' -%}
        {%- if loop.previtem and loop.previtem.role != 'tool' -%}{{- '<|im_start|>user' -}}{%- endif -%}
        {{- '\n<tool_response>\n' ~ content ~ '\n</tool_response>' -}}
        {%- if loop.last or loop.nextitem.role != 'tool' -%}{{- '<|im_end|>\n' -}}{%- endif -%}
    {%- else -%}
        {{- raise_exception('Unexpected message role.') -}}
    {%- endif -%}
{%- endfor -%}
{%- if add_generation_prompt -%}
    {{- '<|im_start|>assistant\n' -}}
    {%- if enable_thinking is defined and enable_thinking is true -%}
        {{- '<think>\n' -}}
    {%- else -%}
        {{- '<think>\n\n</think>\n\n' -}}
    {%- endif -%}
{%- endif -%}
"""


def source() -> str:
    """The template as it is written to ``chat_template.jinja``."""
    literal = "'" + TOOL_HELP.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n") + "'"
    return TEMPLATE.strip("\n").replace("@@TOOL_HELP@@", literal) + "\n"


def compile_template() -> Template:
    """The template under jinja2's immutable sandbox."""
    environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)

    def raise_exception(message: str) -> None:
        raise TemplateError(message)

    environment.globals["raise_exception"] = raise_exception
    environment.filters["tojson"] = lambda value: json.dumps(value, ensure_ascii=False)
    return environment.from_string(source())


def render(
    template: Template, messages: list[dict[str, Any]], tools: list[dict[str, Any]] | None, **options: bool
) -> str:
    """The text of a conversation; options are ``add_generation_prompt`` and ``enable_thinking``."""
    return template.render(messages=messages, tools=tools, **options)
