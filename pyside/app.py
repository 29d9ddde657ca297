"""The composition root in the worker: a bundle's files and a GPU become the objects that answer the page's requests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from dataclasses import asdict
from typing import Any

from pyside.api.completions import Completions, Shown, collect
from pyside.api.extension import Extensions
from pyside.api.requests import read_detokenize, read_template, read_tokenize
from pyside.api.sight import Sight
from pyside.bundle.card import CARD, Card
from pyside.bundle.manifest import Manifest
from pyside.engine import selftest
from pyside.engine.engine import Engine
from pyside.engine.pictures import Pictures
from pyside.errors import BundleError, RequestError
from pyside.network.model import compile_plan
from pyside.plan.gpu import Gpu
from pyside.plan.limits import Limits
from pyside.plan.plan import Plan
from pyside.text.chat_template import ChatFormat, ChatTemplate
from pyside.text.tokenizer import Tokenizer

Progress = Callable[[str, int, int], None]  # phase, steps done, steps in all


class App:
    """One loaded model: text in, text out."""

    def __init__(
        self,
        manifest: Manifest,
        plan: Plan,
        engine: Engine,
        tokenizer: Tokenizer,
        chat: ChatFormat,
        card: Card | None = None,
    ) -> None:
        self.manifest, self.plan, self.tokenizer, self.chat, self.card = manifest, plan, tokenizer, chat, card
        self.extensions = Extensions()
        self.processors, self.functions = self.extensions.processors, self.extensions.functions
        self._sight = Sight(manifest.model.vision, plan.facts.vision_patches, tokenizer)
        self.completions = Completions(
            engine, tokenizer, chat, manifest.generation, manifest.name, self.extensions, self._sight
        )

    @classmethod
    async def load(
        cls,
        manifest: bytes,
        files: Mapping[str, bytes],
        limits: Limits,
        gpu: Gpu,
        progress: Progress,
        max_pixels: int | None = None,
    ) -> App:
        """Check the manifest, compile its plan for the device, fill the GPU, test the device's arithmetic.

        ``files`` are the bundle's own by name, already checked against the manifest's hashes. ``max_pixels``: of the largest
        picture that can be seen, by default as ``compile_plan`` says.
        Errors: RequestError, BundleError, PlanError, and whatever the executor raises while it loads.
        """
        facts = Manifest.from_json(manifest)
        vision = facts.model.vision
        if max_pixels is not None and max_pixels < (least := vision.image_min_pixels if vision else 1):
            raise RequestError(
                f"maxPixels is {max_pixels:,}, expected {least:,} or more: this model sees no picture smaller"
            )
        card = Card.from_json(files[CARD]) if CARD in files else None
        known = selftest.baked()
        plan = compile_plan(facts, limits, pixels=max_pixels).joined(selftest.plan(known, limits))
        loading = asyncio.ensure_future(gpu.load(plan))  # the GPU fills while the vocabulary is read here
        tokenizer = Tokenizer.load(_file(files, "tokenizer.bin"))
        chat = ChatFormat(ChatTemplate(_file(files, "chat_template.jinja").decode()), tokenizer)
        await loading
        progress("selftest", 0, 1)
        await selftest.check(gpu, known)
        progress("selftest", 1, 1)
        engine = Engine(gpu, plan, vocab_used=facts.generation.vocab_used)
        return cls(facts, plan, engine, tokenizer, chat, card)

    def info(self) -> dict[str, Any]:
        """What is loaded, as ``engine.info`` shows it."""
        facts = self.manifest
        return {
            "name": facts.name,
            "recipe": facts.recipe,
            "model": facts.model.to_dict(),
            "generation": asdict(facts.generation),
            "card": self.card and self.card.to_dict(),
            "contextWindow": self.plan.facts.context_window,
            "maxPixels": self._sight.max_pixels,
        }

    async def handle(
        self,
        kind: str,
        payload: dict[str, Any],
        tell: Callable[[dict[str, Any]], None],
        pictures: Pictures | None = None,
    ) -> AsyncGenerator[dict[str, Any], None]:
        """The items that answer a request of ``web/engine/protocol.js``.

        ``tell`` gets those that come while one is waited for. ``pictures``: what came with the request.
        Errors: RequestError for a payload that the API does not take, ContextError for too long a prompt, ExtensionError
        from Python that the page's author added.
        """
        if kind in ("chat", "text"):
            request, shown = payload["request"], payload.get("shown")
            begun = shown and Shown(**shown)
            if kind == "chat":
                answer = self.completions.chat(request, tell, begun, pictures)
            else:
                answer = self.completions.text(request, tell, begun)
            async with aclosing(answer) as chunks:
                if shown:
                    async for chunk in chunks:
                        yield chunk
                else:
                    yield await collect(chunks)
        elif kind == "tokenize":
            yield {"ids": self.tokenizer.encode(read_tokenize(payload))}
        elif kind == "detokenize":
            yield {"text": self.tokenizer.decode(read_detokenize(payload))}
        elif kind == "template":
            asked = read_template(payload)
            self._sight.check(asked.pictures)
            rendered = self.chat.encode(asked.messages, tools=asked.tools, enable_thinking=asked.enable_thinking)
            prompt = (await self._sight.look(rendered, asked.pictures, pictures, asked.max_pixels)).prompt
            yield {"text": prompt.text, "ids": list(prompt.ids)}
        elif kind == "python":
            yield {"result": await self.extensions.call(payload["name"], payload.get("argument"))}
        else:
            raise RequestError(
                f"unknown request {kind!r}: expected chat, text, tokenize, detokenize, template or python"
            )


def _file(files: Mapping[str, bytes], name: str) -> bytes:
    if name not in files:
        raise BundleError(f"the bundle has no {name}, which the page needs: build the bundle again")
    return files[name]
