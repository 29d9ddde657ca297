"""What a published checkpoint says beside its weights: config, tokenizer, chat template, licence, sampling defaults.

Only the build reads these files; what the page needs of them goes into the bundle.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha1, sha256
from pathlib import Path
from typing import Any

from kernels_wgsl.catalog.words import STOP_IDS_MAX
from pyside.bundle.card import CARD, Card, default_card
from pyside.bundle.files import File
from pyside.bundle.manifest import Generation
from pyside.bundle.model_config import ModelConfig
from pyside.desk.checkpoint_config import model_config
from pyside.desk.checkpoint_vision import IMAGES, VIDEOS, vision_config
from pyside.errors import BundleError, ConfigError, RequestError
from pyside.foreign import SIZE_MAX, read_json, shown
from pyside.text.chat_template import ChatTemplate

CONFIG, TOKENIZER, TOKENIZER_CONFIG, TEMPLATE = (
    "config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "chat_template.jinja",
)
GENERATION, README = "generation_config.json", "README.md"
COPIED = (IMAGES, VIDEOS)  # go into the bundle as they are
LICENCES = ("LICENSE", "LICENSE.txt", "LICENSE.md")
READ = (CONFIG, TOKENIZER, TOKENIZER_CONFIG, TEMPLATE, GENERATION, README, CARD, *COPIED, *LICENCES)

_SMALL = 2048  # hidden size up to which the model cards of 0.8B and 2B apply
_SAMPLING = ("temperature", "top_p", "top_k", "min_p", "presence_penalty")
_PRESETS: Mapping[bool, Mapping[str, tuple[float, ...]]] = {  # the model cards of text; by "is small"
    True: {"thinking": (1.0, 0.95, 20, 0.0, 1.5), "direct": (1.0, 1.0, 20, 0.0, 2.0)},
    False: {"thinking": (1.0, 0.95, 20, 0.0, 1.5), "direct": (0.7, 0.8, 20, 0.0, 1.5)},
}


@dataclass(frozen=True)
class Published:
    """The checkpoint's files beside its weights, read and understood."""

    config: ModelConfig
    tokenizer: Mapping[str, Any]  # tokenizer.json
    tokenizer_config: Mapping[str, Any]
    template: str
    generation: Generation
    card: Card
    license: str  # as the model card names it, such as apache-2.0; "unknown" if nothing says so
    copied: Mapping[str, bytes]  # files for the bundle, unchanged
    files: tuple[File, ...]  # every file that was read
    warnings: tuple[str, ...]


def read(folder: Path, vision: bool = True) -> Published:
    """Read a checkpoint folder, with the model's vision tower or without it.

    Errors: ConfigError for a missing or damaged file and for a model that this project cannot run; BundleError for a card.
    """
    texts = {name: _bytes(folder / name) for name in READ if (folder / name).is_file()}
    if missing := [name for name in (CONFIG, TOKENIZER, TOKENIZER_CONFIG) if name not in texts]:
        raise ConfigError(f"{folder}: {', '.join(missing)} is missing: give a complete checkpoint folder as published")
    data = {
        name: _json(name, texts[name]) for name in (CONFIG, TOKENIZER, TOKENIZER_CONFIG, GENERATION) if name in texts
    }
    with understood(CONFIG):
        config = model_config(data[CONFIG])
    if vision:
        config = _with_tower(config, data[CONFIG], {name: _json(name, texts[name]) for name in COPIED if name in texts})
    tokenizer_config = data[TOKENIZER_CONFIG]
    with understood(TEMPLATE):
        template = texts[TEMPLATE].decode() if TEMPLATE in texts else tokenizer_config.get("chat_template")
    if not isinstance(template, str):
        raise ConfigError(
            f"{folder}: {TEMPLATE} is missing, and {TOKENIZER_CONFIG} has no chat_template: add the model's own template"
        )
    ids = token_ids(data[TOKENIZER], tokenizer_config)
    vocab_used = 1 + max(ids.values())
    if vocab_used > config.vocab_size:
        raise ConfigError(
            f"{TOKENIZER} has ids up to {vocab_used - 1}, {CONFIG} states vocab_size {config.vocab_size}: they belong to different models"
        )
    with understood(TEMPLATE):
        thinking = thinks(template)
    with understood(GENERATION if GENERATION in data else CONFIG):
        stops = stop_ids(data, ids)
        presets = sampling_presets(config, data.get(GENERATION, {}))
    generation = Generation(
        stop_ids=stops,
        vocab_used=vocab_used,
        thinking_default=thinking,
        presets=presets,
    )
    return Published(
        config=config,
        tokenizer=data[TOKENIZER],
        tokenizer_config=tokenizer_config,
        template=template,
        generation=generation,
        card=Card.from_json(texts[CARD]) if CARD in texts else default_card(template),
        license=_license(texts),
        copied={name: texts[name] for name in (*COPIED, *LICENCES) if name in texts},
        files=tuple(File(name, len(text), _sha256(text)) for name, text in texts.items()),
        warnings=_warnings(texts),
    )


def _with_tower(
    config: ModelConfig, data: Mapping[str, Any], processors: Mapping[str, Mapping[str, Any]]
) -> ModelConfig:
    with understood(" or ".join((CONFIG, *processors))):
        seeing = replace(config, vision=vision_config(data, processors))
    seeing.check()
    return seeing


@contextmanager
def understood(name: str) -> Iterator[None]:
    """A block that takes a file apart: values of types that it cannot have become a ConfigError naming the file."""
    try:
        yield
    except (TypeError, ValueError, LookupError, AttributeError, ArithmeticError) as error:
        raise ConfigError(
            f"{name} is not as published ({type(error).__name__}: {shown(error)}): download it again"
        ) from None


def token_ids(tokenizer: Mapping[str, Any], tokenizer_config: Mapping[str, Any]) -> dict[str, int]:
    """Every token that has an id: the vocabulary, and the added tokens that either file names."""
    with understood(TOKENIZER):
        ids = dict(tokenizer["model"]["vocab"])
        ids |= {token["content"]: token["id"] for token in tokenizer.get("added_tokens", ())}
        ids |= {token["content"]: int(id) for id, token in tokenizer_config.get("added_tokens_decoder", {}).items()}
        if not ids or not all(type(id) is int for id in ids.values()):
            raise ValueError("expected a vocabulary of integer ids")
    return ids


def stop_ids(data: Mapping[str, Mapping[str, Any]], ids: Mapping[str, int]) -> tuple[int, ...]:
    """The ids that end a reply: what generation_config.json says, else the end of a turn and the end of a text."""
    stated = data.get(GENERATION, {}).get("eos_token_id")
    if stated is None:
        token = data[TOKENIZER_CONFIG].get("eos_token")
        turn = ids.get(token["content"] if isinstance(token, dict) else str(token))
        text = data[CONFIG].get("text_config", data[CONFIG]).get("eos_token_id")
        stated = [turn, *(text if isinstance(text, list) else [text])]
    found = tuple(dict.fromkeys(id for id in (stated if isinstance(stated, list) else [stated]) if id is not None))
    if not 1 <= len(found) <= STOP_IDS_MAX or not all(type(id) is int and 0 <= id <= max(ids.values()) for id in found):
        raise ConfigError(
            f"the tokens that end a reply are {list(found)}, expected 1 to {STOP_IDS_MAX} ids of the vocabulary: state eos_token_id in {GENERATION}"
        )
    return found


def sampling_presets(config: ModelConfig, stated: Mapping[str, Any]) -> dict[str, dict[str, float]]:
    """The model card's settings by mode, those that generation_config.json states above them; do_sample false is greedy."""
    if stated.get("do_sample") is False:
        greedy = {"temperature": 0.0, "top_p": 1.0, "top_k": 0, "min_p": 0.0, "presence_penalty": 0.0}
        return {"thinking": greedy, "direct": greedy}
    own = {name: float(stated[name]) for name in _SAMPLING if stated.get(name) is not None}
    card = _PRESETS[config.hidden_size <= _SMALL]
    return {mode: dict(zip(_SAMPLING, values, strict=True)) | own for mode, values in card.items()}


def thinks(template: str) -> bool:
    """Whether the template opens a reply with a thought when nothing is said about thinking."""
    try:
        return ChatTemplate(template).render([{"role": "user", "content": "."}]).rstrip().endswith("<think>")
    except (BundleError, RequestError) as error:
        raise ConfigError(f"{TEMPLATE} cannot be used: {error}") from None


def git_hash(data: bytes) -> str:
    """The name that git gives to a file's content."""
    return sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def _sha256(data: bytes) -> str:
    return sha256(data).hexdigest()


# The files of the published repositories of 0.8B, 2B, 4B and 9B.
_PUBLISHED: Mapping[str, tuple[Callable[[bytes], str], frozenset[str]]] = {
    CONFIG: (
        git_hash,
        frozenset({
            "715f0448b9d38103211f0ad88bbb4d6e4f4be8c9",
            "d30a15be1bbfd610f58ad80f1fbeb6778f58a80f",
            "557d961b205319c6a7da5f757f565b69b3967b7d",
            "273ce437e01baf96a07cd9eb3d5f48bac8d7c657",
        }),
    ),
    TOKENIZER: (_sha256, frozenset({"5f9e4d4901a92b997e463c1f46055088b6cca5ca61a6522d1b9f64c4bb81cb42"})),
    TEMPLATE: (
        git_hash,
        frozenset({"0ef09f214eaa6d9bca297988afc1454b5827b2c7", "a585dec894e63da457d9440ec6aa7caa16d20860"}),
    ),
}  # fmt: skip


def _bytes(file: Path) -> bytes:
    if (size := file.stat().st_size) > SIZE_MAX:
        raise ConfigError(f"{file.name} has {size:,} bytes, expected at most {SIZE_MAX:,}: download it again")
    return file.read_bytes()


def _json(name: str, text: bytes) -> dict[str, Any]:
    try:
        data = read_json(text)
    except ValueError as error:
        raise ConfigError(f"{name} is not JSON as it should be ({error}): download it again") from None
    if not isinstance(data, dict):
        raise ConfigError(f"{name} holds a {type(data).__name__}, expected an object: download it again")
    return data


def _license(texts: Mapping[str, bytes]) -> str:
    """The licence's name: from the model card's front matter, or recognised from the licence's own text."""
    card = texts.get(README, b"").decode(errors="replace")
    if card.startswith("---\n"):
        for line in card.split("\n---", 1)[0].splitlines():
            if line.startswith("license:"):
                return line.removeprefix("license:").strip()
    text = next((texts[name] for name in LICENCES if name in texts), b"").decode(errors="replace")
    return "apache-2.0" if "Apache License" in text and "Version 2.0" in text else "unknown"


def _warnings(texts: Mapping[str, bytes]) -> tuple[str, ...]:
    """One line when some files are those of a known publication and others are not, byte for byte."""
    same = {name: digest(texts[name]) in known for name, (digest, known) in _PUBLISHED.items() if name in texts}
    unknown = [name for name, published in same.items() if not published]
    if not unknown or len(unknown) == len(same):  # a model of somebody's own is no changed publication
        return ()
    return (f"unknown revision: not the published {', '.join(unknown)} of a Qwen3.5 known to this version",)
