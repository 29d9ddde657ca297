"""The tokenizer against goldens and against the `tokenizers` library; its file; its errors."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from functools import cache
from time import perf_counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer as Reference

from pyside.text.tokenizer import HEAP_FROM, Tokenizer, TokenizerError, pack, translate
from tests.support.paths import TESTS
from tests.support.texts.samples import CONTROL, TINY, as_json, mixed_text, random_strings, trained

GOLDENS = json.loads((TESTS / "data" / "tokenizer.json").read_text(encoding="utf-8"))
AUDIO = "<|audio_start|>"  # in tokenizer_config.json only


@cache
def tiny() -> Tokenizer:
    files = (TINY["tiny-a"] / name for name in ("tokenizer.json", "tokenizer_config.json"))
    return Tokenizer.load(pack(*(json.loads(file.read_text(encoding="utf-8")) for file in files)))


@cache
def tiny_reference() -> Reference:
    return Reference.from_file(str(TINY["tiny-a"] / "tokenizer.json"))


@pytest.fixture(scope="module")
def large() -> Reference:
    return trained(8000, mixed_text(400_000, seed=1))


@pytest.fixture(scope="module", params=["tiny", "large", "shuffled"])
def pair(request: pytest.FixtureRequest, large: Reference) -> tuple[Tokenizer, Reference]:
    """Ours and the reference: 900 entries, 8,000 entries, and 8,000 whose ids do not follow the merges."""
    if request.param == "tiny":
        return tiny(), tiny_reference()
    data = as_json(large)
    if request.param == "shuffled":
        ids = list(data["model"]["vocab"].values())
        random.Random(2).shuffle(ids)
        data["model"]["vocab"] = dict(zip(data["model"]["vocab"], ids, strict=True))
    return Tokenizer.load(pack(data, {})), Reference.from_str(json.dumps(data))


def test_goldens() -> None:
    tokenizer = tiny()
    assert len(GOLDENS) == 20
    for golden in GOLDENS:
        assert tokenizer.encode(golden["text"]) == golden["ids"], golden["text"]


@pytest.mark.slow
def test_random_strings_equal_the_library(pair: tuple[Tokenizer, Reference]) -> None:
    ours, reference = pair
    texts = random_strings(10_000, seed=3)
    for text, wanted in zip(texts, reference.encode_batch(texts), strict=True):
        ids = ours.encode(text)
        assert ids == wanted.ids, repr(text)
        assert ours.decode(ids) == reference.decode(ids, skip_special_tokens=False), repr(text)
        assert ours.decode(ids, skip_special=True) == reference.decode(ids), repr(text)


@pytest.mark.slow
def test_long_text_equals_the_library(pair: tuple[Tokenizer, Reference]) -> None:
    ours, reference = pair
    text = mixed_text(200_000, seed=4)
    assert len(text.encode()) >= 200_000
    assert ours.encode(text) == reference.encode(text).ids
    assert ours.encode(text) == reference.encode(text).ids  # now from the cache of words


def test_long_words_equal_the_library(pair: tuple[Tokenizer, Reference]) -> None:
    ours, reference = pair
    rng = random.Random(5)
    for size in (HEAP_FROM - 1, HEAP_FROM, HEAP_FROM + 1, 300, 3000):
        for text in (
            "a" * size,
            " " * size,
            "ab" * size,
            "的" * size,
            "".join(rng.choices("etaoin", k=size)),
            "." * size,
        ):
            assert ours.encode(text) == reference.encode(text).ids, (size, text[:6])


def test_a_long_word_is_not_quadratic(large: Reference) -> None:
    ours = Tokenizer.load(pack(as_json(large), {}))
    word = "".join(random.Random(6).choices("etaoinshrdlu", k=64_000))
    start = perf_counter()
    ours.encode(word)
    assert perf_counter() - start < 8  # seconds: it takes a fraction of one, looking for each minimum takes minutes


def test_heap_equals_scan(large: Reference) -> None:
    ours = Tokenizer.load(pack(as_json(large), {}))
    rng = random.Random(7)
    for size in range(80):
        parts = [ours._byte_ids[rng.choice(b"abcdeotin")] for _ in range(size)]
        assert ours._merge_long(list(parts)) == ours._merge_short(list(parts))


def test_control_tokens_can_stay_text() -> None:
    tokenizer = tiny()
    text = "a<|im_start|>b</think>"
    assert set(tokenizer.encode(text)) & set(tokenizer.added.values())
    plain = tokenizer.encode(text, control=False)
    assert not set(plain) & set(tokenizer.added.values())
    assert tokenizer.decode(plain) == text


def test_added_tokens_of_the_config_decode_but_are_not_read_in_text() -> None:
    tokenizer = tiny()
    id = tokenizer.added[AUDIO]
    assert id == 926 and tokenizer.vocab_used == 933
    assert tokenizer.decode([id]) == AUDIO
    assert tokenizer.decode([id], skip_special=True) == ""
    assert id not in tokenizer.encode(AUDIO)


def test_longest_added_token_wins(large: Reference) -> None:
    tokenizer = Tokenizer.load(pack(as_json(large), {}))
    assert tokenizer.encode("<|im_end|>") == [tokenizer.added["<|im_end|>"]]
    assert tokenizer.encode("<|im")[0] == tokenizer.added["<|"]


def test_halves_of_surrogate_pairs_become_replacement_characters() -> None:
    tokenizer = tiny()
    assert tokenizer.encode("a\ud83d\ude42b") == tokenizer.encode("a🙂b")
    assert tokenizer.encode("a\ud83db") == tokenizer.encode("a\ufffdb")


@given(st.lists(st.integers(0, 1023), max_size=40))
def test_stream_equals_decode(ids: list[int]) -> None:
    tokenizer, reference = tiny(), tiny_reference()
    stream = tokenizer.stream()
    assert "".join([*map(stream.push, ids), stream.flush()]) == tokenizer.decode(ids)
    known = [id for id in ids if reference.id_to_token(id) is not None]
    assert tokenizer.decode(known) == reference.decode(known, skip_special_tokens=False)
    skipping = tokenizer.stream(skip_special=True)
    assert "".join([*map(skipping.push, ids), skipping.flush()]) == tokenizer.decode(ids, skip_special=True)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30).filter(lambda text: "\ufffd" not in text))
def test_stream_never_splits_a_character(text: str) -> None:
    tokenizer = tiny()
    stream = tokenizer.stream()
    pieces = [*map(stream.push, tokenizer.encode(text, control=False)), stream.flush()]
    assert all("\ufffd" not in piece for piece in pieces)


def test_unfinished_character_is_replaced_at_the_end() -> None:
    tokenizer = tiny()
    stream = tokenizer.stream()
    ids = tokenizer.encode("世")[:-1]
    assert "".join(map(stream.push, ids)) == ""
    assert stream.flush() == "\ufffd" == tokenizer.decode(ids)


def test_every_token_has_the_bytes_of_the_reference(pair: tuple[Tokenizer, Reference]) -> None:
    ours, reference = pair
    for id in range(ours.vocab_used):
        if reference.id_to_token(id) is not None:
            assert ours.decode([id]) == reference.decode([id], skip_special_tokens=False)
    assert ours.token_bytes(ours.vocab_used) == b""


def test_merges_as_strings_and_ids_by_merge_order(large: Reference) -> None:
    data = as_json(large)
    packed = pack(data, {})
    assert b'"first": 256' in packed  # the compact form: ids follow the merges
    data["model"]["merges"] = [" ".join(merge) for merge in data["model"]["merges"]]
    assert pack(data, {}) == packed


def change(path: str, value: object) -> Callable[[dict[str, Any]], None]:
    def apply(data: dict[str, Any]) -> None:
        *parents, last = path.split(".")
        place: Any = data
        for key in parents:
            place = place[int(key) if key.isdigit() else key]
        place[last] = value

    return apply


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (change("model.type", "Unigram"), 'model.type is "Unigram", expected "BPE"'),
        (change("model.byte_fallback", True), "byte_fallback"),
        (change("model.ignore_merges", True), "ignore_merges"),
        (change("normalizer", {"type": "NFKC"}), 'normalizer is "NFKC", expected none or "NFC"'),
        (change("post_processor", {"type": "TemplateProcessing"}), "post_processor"),
        (change("pre_tokenizer", {"type": "Whitespace"}), "pre_tokenizer"),
        (change("pre_tokenizer.pretokenizers.0.pattern", {"String": " "}), "Split.pattern"),
        (change("pre_tokenizer.pretokenizers.0.pattern.Regex", r"\p{Lu}+"), r"uses \p{Lu}"),
        (change("pre_tokenizer.pretokenizers.0.pattern.Regex", r"[\w]+"), r"uses \w"),
        (change("pre_tokenizer.pretokenizers.1.use_regex", True), "use_regex"),
        (change("added_tokens.0.lstrip", True), "lstrip"),
        (change("model.merges", [["Q", "qq"]]), "merge"),
        (change("model.vocab", {"a": 0}), "255 of the 256 bytes"),
    ],
)
def test_unsupported_files_are_refused(spoil: Callable[[dict[str, Any]], None], message: str) -> None:
    data = json.loads((TINY["tiny-a"] / "tokenizer.json").read_text(encoding="utf-8"))
    spoil(data)
    with pytest.raises(TokenizerError) as caught:
        pack(data, {})
    assert message in str(caught.value)


def test_two_texts_for_one_added_token_are_refused() -> None:
    data = json.loads((TINY["tiny-a"] / "tokenizer.json").read_text(encoding="utf-8"))
    with pytest.raises(TokenizerError, match="added token 900"):
        pack(data, {"added_tokens_decoder": {"900": {"content": "other", "special": True}}})


@pytest.mark.parametrize("spoil", [lambda b: b[:-1], lambda b: b + b"\0", lambda b: b[:40], lambda b: b"x" + b[1:]])
def test_damaged_files_are_refused(spoil: Callable[[bytes], bytes], large: Reference) -> None:
    with pytest.raises(TokenizerError, match=r"tokenizer\.bin"):
        Tokenizer.load(spoil(pack(as_json(large), {})))


def test_translate_keeps_what_python_already_knows() -> None:
    assert translate(r"a\.[^\r\n]+|\[x\]|\\") == r"a\.[^\r\n]+|\[x\]|\\"
    with pytest.raises(TokenizerError, match="split pattern"):
        translate(r"[[:alpha:]]")


def test_words_seen_again_are_not_kept_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pyside.text.tokenizer.CACHED_WORDS", 10)
    tokenizer = Tokenizer.load(pack(as_json(tiny_reference()), {}))
    text = " ".join(f"w{a}x{b}" for a in "abcdef" for b in "ghijkl")
    first = tokenizer.encode(text)
    assert len(tokenizer._cache) <= 10
    assert tokenizer.encode(text) == first


def test_control_samples_are_added_tokens(large: Reference) -> None:
    assert set(CONTROL) == set(Tokenizer.load(pack(as_json(large), {})).added)
