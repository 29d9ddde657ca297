"""Texts that tokenizers stumble over, and vocabularies trained on them by the `tokenizers` library."""

from __future__ import annotations

import json
import random
import re
from typing import Any

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

from pyside.text.unicode_classes import class_body
from tests.support.paths import GOLDENS

TINY = {name: GOLDENS / name for name in ("tiny-a", "tiny-b")}  # complete checkpoints
PATTERN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
CONTROL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>", "<think>", "</think>", "<tool_call>", "</tool_call>", "<|")

ALPHABETS = (
    "abcdefghijklmnopqrstuvwxyz",
    "abcdefghijklmnopqrstuvwxyzäöüßéèñçøåšž",
    "абвгдежзийклмнопрстуфхцчшщъыьэюя",
    "αβγδεζηθικλμνξοπρστυφχψω",
    "אבגדהוזחטיכלמנסעפצקרשת",
    "ابتثجحخدذرزسشصضطظعغفقكلمنهوي",
    "कखगघचछजझटठडढणतथदधनपफबभमयरलवशषसहािीुूेैोौ्ं",
    "กขคงจชซดตถทนบปผพฟมยรลวสหอะาำิีึืุูเแโใไ่้๊๋",
    "的一是不了人我在有他这为之大来以个中上们到说国和地也子时道出而要于就下得可你年生",
    "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわをん",
    "가나다라마바사아자차카타파하고노도로모보소오조초코토포호",
)
CODE = (
    "def {0}({1}: int) -> str:\n    return f\"{{{1}}} {2}\"\n\n",
    "for (let {0} = 0; {0} < {3}; {0}++) {{\n\t{1}[{0}] += '{2}';\n}}\n",
    "SELECT {0}, count(*) FROM {1} WHERE {2} >= {3} GROUP BY 1;\r\n",
    "#include <{0}.h>\n/* {1} */ #define {2} 0x{3:04x}\n",
    '{{"{0}": [{3}, -{3}.5e-3, null], "{1}": {{"{2}": true}}}}\n',
)  # fmt: skip


def words(rng: random.Random, alphabet: str, count: int) -> list[str]:
    """Invented words with the letter statistics of nothing in particular, frequent ones first."""
    return ["".join(rng.choice(alphabet) for _ in range(rng.randint(1, 9))) for _ in range(count)]


def mixed_text(size: int, seed: int) -> str:
    """About ``size`` UTF-8 bytes of prose in eleven alphabets, code, numbers, emoji and odd white space."""
    rng = random.Random(seed)
    lexicons = [words(rng, alphabet, 900) for alphabet in ALPHABETS]
    parts: list[str] = []
    length = 0
    while length < size:
        kind = rng.random()
        lexicon = lexicons[int(rng.random() ** 2 * len(lexicons))]
        if kind < 0.2:
            names = [rng.choice(lexicons[0]) for _ in range(3)]
            part = rng.choice(CODE).format(*names, rng.randint(0, 9999))
        elif kind < 0.25:
            part = rng.choice(
                ("👩‍💻🙂", " ", "\r\n\r\n", "  \t ", "–—“”…", "e\u0301a\u0323\u0302", "I'll they'RE ", "㋿½Ⅷ")
            )
        else:
            picks = [lexicon[int(rng.random() ** 3 * len(lexicon))] for _ in range(rng.randint(3, 20))]
            part = " ".join(w.capitalize() if rng.random() < 0.1 else w for w in picks) + rng.choice(
                (". ", "? ", ",\n", "\n\n")
            )
        parts.append(part)
        length += len(part.encode())
    return "".join(parts)


def random_strings(count: int, seed: int) -> list[str]:
    """Strings of all planes (without surrogates), marks, joiners, white space, contractions and control tokens."""
    rng = random.Random(seed)
    marks = re.findall(f"[{class_body('M')}]", "".join(map(chr, range(0x300, 0x20000))))
    spaces = [
        chr(c) for c in (9, 10, 11, 12, 13, 28, 29, 30, 31, 32, 32, 0x85, 0xA0, 0x1680, 0x2003, 0x2028, 0x3000, 0xFEFF)
    ]
    planes = [*range(0x20, 0xD800), *range(0xE000, 0x110000)]
    pools: tuple[Any, ...] = (
        lambda: chr(rng.randint(0x20, 0x7E)),
        lambda: chr(rng.randint(0x00, 0x24F)),
        lambda: rng.choice(spaces),
        lambda: rng.choice(marks),
        lambda: chr(rng.choice(planes)),
        lambda: rng.choice("\u200d\u200c\ufe0f👩💻🏽🇩🇪ſKΩÅ가각각½²٣"),
        lambda: rng.choice(rng.choice(ALPHABETS)),
        lambda: rng.choice(("'s", "'LL", "'ſ", "'Re", "\r\n", "\n\n", "   ", "123", "...", "==")),
        lambda: rng.choice(CONTROL),
        lambda: rng.choice("abc xyz"),
    )
    return ["".join(rng.choice(pools)() for _ in range(rng.randint(0, 40))) for _ in range(count)]


def trained(vocab_size: int, text: str) -> Tokenizer:
    """A byte-level BPE of Qwen3.5's kind, trained on ``text``, with a few added tokens after the vocabulary."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(PATTERN), behavior="isolated", invert=False),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False, trim_offsets=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size, show_progress=False, initial_alphabet=pre_tokenizers.ByteLevel.alphabet()
    )
    tokenizer.train_from_iterator(text.splitlines(keepends=True), trainer)
    tokenizer.add_special_tokens([AddedToken(token, normalized=False) for token in CONTROL[:3]])
    tokenizer.add_tokens([AddedToken(token, normalized=False) for token in CONTROL[3:]])
    return tokenizer


def as_json(tokenizer: Tokenizer) -> dict[str, Any]:
    """The contents of the ``tokenizer.json`` that a tokenizer saves."""
    data: dict[str, Any] = json.loads(tokenizer.to_str())
    return data
