"""Byte-level BPE, exact to the `tokenizers` library, and ``tokenizer.bin``, its compact file.

The build packs ``tokenizer.json``; the page loads the result in about a tenth of a second. The file holds a JSON head and one
u64 per merge, ``right << SHIFT | left``: that is the key of the merge table, so the table is built without a loop, and a token's
bytes follow from its merge when they are asked for.

    magic (8 bytes) | u64 head length | head, padded with spaces to a multiple of 8 | u64 merges[] | u32 merged ids[], if the
    head has no "first" (the id that the first merge makes; the second makes the next one, and so on)

Numbers are little endian, as on every machine that runs WebAssembly.
"""

from __future__ import annotations

import codecs
import json
import re
import unicodedata
from array import array
from collections.abc import Mapping, Sequence
from functools import cached_property
from heapq import heapify, heappop, heappush
from itertools import pairwise
from typing import Any, Protocol

from pyside.errors import DeltapageError
from pyside.foreign import read_json
from pyside.text.unicode_classes import class_body

MAGIC = b"DPTOK\x00\x00\x01"
HEAP_FROM = 64  # bytes of a word from which the heap beats the scan for the lowest rank
CACHED_WORDS = 1 << 16  # words whose ids are remembered; when full, all are forgotten
SHIFT = 40  # where Python hashes to 31 bits, as in wasm, 32 would make most keys collide: loading then takes seven times longer
LEFT = (1 << SHIFT) - 1
NEVER = 1 << 62  # the rank of a pair that does not merge

# The printable character that stands for each byte in a byte-level vocabulary (GPT-2's bytes_to_unicode).
_PLAIN = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
BYTE_CHARS = {
    chr(code): byte
    for byte, code in zip([*_PLAIN, *sorted(set(range(256)) - set(_PLAIN))], [*_PLAIN, *range(256, 324)], strict=True)
}

_ESCAPES = re.compile(r"\\(?:[pP]\{(\^?\w+)\}|(.))|\[\^?|\]", re.DOTALL)
_INERT = re.compile(f"([{class_body('inert')}])")
_SURROGATES = re.compile("[\ud800-\udfff]")


class TokenizerError(DeltapageError):
    """A tokenizer that is not a byte-level BPE of the kind this project encodes exactly."""


class TextStream(Protocol):
    """Turns ids that arrive one by one into text, holding back the bytes of an unfinished character."""

    def push(self, id: int) -> str:
        """The text that became certain with this id."""
        ...

    def flush(self) -> str:
        """What was held back, an unfinished character as U+FFFD."""
        ...


def pack(tokenizer_json: Mapping[str, Any], tokenizer_config: Mapping[str, Any]) -> bytes:
    """``tokenizer.bin`` of a checkpoint's ``tokenizer.json`` and ``tokenizer_config.json``.

    Added tokens that only tokenizer_config lists decode to their text but are not recognised in text, as in `tokenizers`.
    Errors: TokenizerError naming the first part that is not supported.
    """
    model = tokenizer_json.get("model") or {}
    _require("model.type", model.get("type"), ("BPE",))
    for option in ("dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix", "ignore_merges"):
        _require(f"model.{option}", model.get(option) or None, (None,))
    _require("model.byte_fallback", bool(model.get("byte_fallback")), (False,))
    normalizer, post = tokenizer_json.get("normalizer"), tokenizer_json.get("post_processor")
    _require("normalizer", normalizer and normalizer.get("type"), (None, "NFC"))
    _require("post_processor", post and post.get("type"), (None, "ByteLevel"))
    vocab: Mapping[str, int] = model["vocab"]
    if missing := [char for char in BYTE_CHARS if char not in vocab]:
        raise TokenizerError(
            f"tokenizer.json: the vocabulary has no token for {len(missing)} of the 256 bytes, expected a byte-level "
            "vocabulary: take the tokenizer of the published checkpoint"
        )
    pairs = [merge.split(" ") if isinstance(merge, str) else merge for merge in model["merges"]]
    try:
        keys = array("Q", (vocab[right] << SHIFT | vocab[left] for left, right in pairs))
        made = array("I", (vocab[left + right] for left, right in pairs))
    except (KeyError, ValueError) as error:
        raise TokenizerError(f"tokenizer.json: a merge names {error}, which is not in the vocabulary") from None
    first = made[0] if made and all(id == made[0] + rank for rank, id in enumerate(made)) else None
    bytes_ids = [vocab[char] for char in sorted(BYTE_CHARS, key=BYTE_CHARS.__getitem__)]
    reached = {*bytes_ids, *made}
    added = _added_tokens(tokenizer_json, tokenizer_config)
    head = {
        "pattern": _pattern_of(tokenizer_json.get("pre_tokenizer") or {}),
        "nfc": normalizer is not None,
        "first": first,
        "merges": len(keys),
        "bytes": bytes_ids,
        "others": {str(id): _to_bytes(text).hex() for text, id in sorted(vocab.items()) if id not in reached},
        "added": added,
        "used": 1 + max(*vocab.values(), *(id for id, *_ in added)),
    }
    text = json.dumps(head, sort_keys=True, ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    ids = b"" if first is not None else made.tobytes()
    return MAGIC + len(text).to_bytes(8, "little") + text + keys.tobytes() + ids


class Tokenizer:
    """Text to ids and back."""

    def __init__(self, head: Mapping[str, Any], keys: array[int], made: Sequence[int]) -> None:
        self._keys = keys
        self._made = made
        self._merges: dict[int, int] = dict(zip(keys, range(len(keys)), strict=True))  # right << SHIFT | left -> rank
        self._byte_ids: list[int] = head["bytes"]
        self._nfc: bool = head["nfc"]
        self._words = re.compile(translate(head["pattern"])).findall
        self._cache: dict[str, list[int]] = {}
        self._bytes: dict[int, bytes] = {id: bytes([byte]) for byte, id in enumerate(self._byte_ids)}
        self._bytes |= {int(id): bytes.fromhex(text) for id, text in head["others"].items()}
        self._bytes |= {id: _to_bytes(text) for id, text, _, _ in head["added"]}
        #: Added tokens by text: control tokens, special or not.
        self.added: Mapping[str, int] = {text: id for id, text, _, _ in head["added"]}
        #: Added tokens that ``decode(skip_special=True)`` leaves out.
        self.special_ids = frozenset(id for id, _, special, _ in head["added"] if special)
        #: Added tokens that text is searched for, the longest first: the leftmost longest one wins.
        self.control_tokens: tuple[str, ...] = tuple(
            sorted((text for _, text, _, recognised in head["added"] if recognised), key=len, reverse=True)
        )
        #: One more than the largest id that means something.
        self.vocab_used: int = head["used"]
        self._control = re.compile("(" + "|".join(map(re.escape, self.control_tokens)) + ")")

    @classmethod
    def load(cls, blob: bytes | memoryview) -> Tokenizer:
        """A tokenizer from the bytes of ``tokenizer.bin``.

        Errors: TokenizerError when they are not such a file or end early.
        """
        if bytes(blob[:8]) != MAGIC:
            raise TokenizerError("tokenizer.bin is not of this version: build the bundle again with this version")
        start = 16 + int.from_bytes(blob[8:16], "little")
        try:
            head = read_json(bytes(blob[16:start]))
            count = head["merges"]
            size = start + 8 * count + (4 * count if head["first"] is None else 0)
        except (ValueError, KeyError, TypeError):
            size = -1
        if len(blob) != size:
            raise TokenizerError(f"tokenizer.bin is damaged ({len(blob)} bytes): download or build the bundle again")
        keys, made = array("Q"), array("I")
        keys.frombytes(blob[start : start + 8 * count])
        if head["first"] is not None:
            return cls(head, keys, range(head["first"], head["first"] + count))
        made.frombytes(blob[start + 8 * count :])
        return cls(head, keys, made)

    def encode(self, text: str, control: bool = True) -> list[int]:
        """Ids of a text; with ``control`` every added token in it becomes its id, else it is text like any other."""
        if _SURROGATES.search(text):  # JavaScript strings may hold halves of pairs
            text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        if not (control and self.control_tokens):
            return self._encode_plain(text)
        ids: list[int] = []
        for turn, piece in enumerate(self._control.split(text)):
            if turn % 2:
                ids.append(self.added[piece])
            elif piece:
                ids += self._encode_plain(piece)
        return ids

    def decode(self, ids: Sequence[int], skip_special: bool = False) -> str:
        """The text of ids; bytes that are not UTF-8 become U+FFFD, ids without a token become nothing."""
        skip = self.special_ids if skip_special else ()
        return b"".join(self.token_bytes(id) for id in ids if id not in skip).decode("utf-8", "replace")

    def stream(self, skip_special: bool = False) -> TextStream:
        """A decoder for ids that arrive one by one."""
        return _Stream(self, self.special_ids if skip_special else frozenset())

    def token_bytes(self, id: int) -> bytes:
        """The UTF-8 bytes of one token, perhaps a part of a character; empty for an id without a token."""
        known = self._bytes.get(id)
        if known is None:
            rank = self._rank_of(id)
            if rank is None:
                return b""
            key = self._keys[rank]
            known = self._bytes[id] = self.token_bytes(key & LEFT) + self.token_bytes(key >> SHIFT)
        return known

    def _rank_of(self, id: int) -> int | None:
        if isinstance(self._made, range):
            return id - self._made.start if id in self._made else None
        return self._ranks.get(id)

    @cached_property
    def _ranks(self) -> dict[int, int]:
        """The first merge that makes each id, for vocabularies whose ids do not follow the merges."""
        return {id: rank for rank, id in reversed(list(enumerate(self._made)))}

    def _encode_plain(self, text: str) -> list[int]:
        if self._nfc and not unicodedata.is_normalized("NFC", text):
            text = "".join(unicodedata.normalize("NFC", piece) for piece in _INERT.split(text))
        cache, ids = self._cache, []
        for word in self._words(text):
            found = cache.get(word)
            if found is None:
                parts = [self._byte_ids[byte] for byte in word.encode()]
                if len(parts) > HEAP_FROM:
                    ids += self._merge_long(parts)
                    continue
                if len(cache) >= CACHED_WORDS:
                    cache.clear()
                found = cache[word] = self._merge_short(parts)
            ids += found
        return ids

    def _merge_short(self, parts: list[int]) -> list[int]:
        """Merge the lowest rank, the leftmost first, until no pair merges: quadratic, but with small constants."""
        rank_of, made = self._merges.get, self._made
        ranks = [rank_of(right << SHIFT | left, NEVER) for left, right in pairwise(parts)]
        while ranks and (lowest := min(ranks)) != NEVER:
            at = ranks.index(lowest)
            parts[at : at + 2] = [made[lowest]]
            del ranks[at]
            if at:
                ranks[at - 1] = rank_of(parts[at] << SHIFT | parts[at - 1], NEVER)
            if at < len(ranks):
                ranks[at] = rank_of(parts[at + 1] << SHIFT | parts[at], NEVER)
        return parts

    def _merge_long(self, parts: list[int]) -> list[int]:
        """The same result in n log n: a heap of (rank, position), and a linked list of what is left.

        An entry is stale when the pair at its position has changed; then its rank is no longer that pair's.
        """
        rank_of, made = self._merges.get, self._made
        count = len(parts)
        before, after = list(range(-1, count - 1)), list(range(1, count + 1))
        ranks = [rank_of(right << SHIFT | left, NEVER) for left, right in pairwise(parts)] + [NEVER]
        heap = [(rank, at) for at, rank in enumerate(ranks) if rank != NEVER]
        heapify(heap)
        while heap:
            rank, at = heappop(heap)
            if ranks[at] != rank:
                continue
            gone = after[at]
            parts[at], parts[gone], ranks[gone] = made[rank], -1, NEVER
            after[at] = follower = after[gone]
            if follower < count:
                before[follower] = at
            for left, right in ((before[at], at), (at, follower)):
                if left >= 0 and (right < count or left == at):
                    new = rank_of(parts[right] << SHIFT | parts[left], NEVER) if right < count else NEVER
                    ranks[left] = new
                    if new != NEVER:
                        heappush(heap, (new, left))
        return [id for id in parts if id >= 0]


class _Stream:
    def __init__(self, tokenizer: Tokenizer, skip: frozenset[int]) -> None:
        self._bytes_of = tokenizer.token_bytes
        self._skip = skip
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def push(self, id: int) -> str:
        return "" if id in self._skip else self._decoder.decode(self._bytes_of(id))

    def flush(self) -> str:
        return self._decoder.decode(b"", True)


def translate(pattern: str) -> str:
    r"""A tokenizer's regular expression for Python's ``re``: \p{L}, \p{M}, \p{N}, \s and \S as explicit classes.

    Errors: TokenizerError naming an escape that this does not know to mean the same in both.
    """
    inside = False

    def replace(match: re.Match[str]) -> str:
        nonlocal inside
        category, escape = match.groups()
        if match[0][0] == "[" and not inside:
            inside = True
        elif match[0] == "]":
            inside = False
        elif category in ("L", "M", "N") and match[0][1] == "p":
            return class_body(category) if inside else f"[{class_body(category)}]"
        elif escape == "s":
            return class_body("s") if inside else f"[{class_body('s')}]"
        elif escape == "S" and not inside:
            return f"[^{class_body('s')}]"
        elif escape is None or (escape.isalnum() and escape not in "rnt"):
            raise TokenizerError(
                rf"tokenizer.json: the split pattern uses {match[0]}, expected only \p{{L}} \p{{M}} \p{{N}} \s \S \r \n \t: "
                "this tokenizer is not supported"
            )
        return match[0]

    return _ESCAPES.sub(replace, pattern)


def _pattern_of(pre_tokenizer: Mapping[str, Any]) -> str:
    """The regular expression of ``Sequence[Split(Regex, Isolated), ByteLevel]``, checked."""
    steps = pre_tokenizer.get("pretokenizers") or []
    _require("pre_tokenizer", [step.get("type") for step in steps], (["Split", "ByteLevel"],))
    split, level = steps
    _require("pre_tokenizer Split.behavior", split.get("behavior"), ("Isolated",))
    _require("pre_tokenizer Split.invert", bool(split.get("invert")), (False,))
    _require("pre_tokenizer Split.pattern", list(split.get("pattern", {})), (["Regex"],))
    _require("pre_tokenizer ByteLevel.add_prefix_space", bool(level.get("add_prefix_space")), (False,))
    _require("pre_tokenizer ByteLevel.use_regex", level.get("use_regex", True), (False,))
    pattern: str = split["pattern"]["Regex"]
    re.compile(translate(pattern))
    return pattern


def _added_tokens(tokenizer_json: Mapping[str, Any], tokenizer_config: Mapping[str, Any]) -> list[list[Any]]:
    """[id, text, special, recognised in text] of every added token, by id."""
    found = {token["id"]: (token, True) for token in tokenizer_json.get("added_tokens") or ()}
    for id, token in (tokenizer_config.get("added_tokens_decoder") or {}).items():
        listed, _ = found.setdefault(int(id), (token, False))
        _require(f"tokenizer_config added token {id}", token["content"], (listed["content"],))
    for id, (token, _) in found.items():
        for option in ("single_word", "lstrip", "rstrip", "normalized"):
            _require(f"added token {id} {token['content']!r} {option}", bool(token.get(option)), (False,))
    return [[id, token["content"], bool(token["special"]), known] for id, (token, known) in sorted(found.items())]


def _to_bytes(token: str) -> bytes:
    """The bytes that a vocabulary entry stands for; a text that is not in byte characters stands for itself."""
    try:
        return bytes(BYTE_CHARS[char] for char in token)
    except KeyError:
        return token.encode()


def _require(what: str, got: object, allowed: tuple[object, ...]) -> None:
    if got not in allowed:
        expected = " or ".join("none" if value is None else json.dumps(value) for value in allowed)
        raise TokenizerError(f"tokenizer: {what} is {json.dumps(got)}, expected {expected}: it is not supported")
