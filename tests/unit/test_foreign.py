"""Files of strangers, mutated at random and by design: each is read, or refused by one line within a second."""

from __future__ import annotations

import copy
import json
import random
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from time import process_time
from typing import Any

import pytest

from build import _main
from pyside.bundle.manifest import MANIFEST, Manifest, _sealed
from pyside.desk import published
from pyside.desk.bundle_summary import summary
from pyside.desk.checkpoint import HEADER_MAX, INDEX, read_header, read_index
from pyside.desk.pipelines import least_plan
from pyside.errors import CheckpointError, ConfigError, DeltapageError
from pyside.foreign import DEPTH_MAX, SENTENCE_MAX, read_json, shown
from tests.support.paths import TESTS
from tests.support.texts.samples import TINY

ODD: tuple[Any, ...] = (
    None, True, 0, -1, 2**63, 10**19, 1e308, -1e308, 0.5, "", "x" * 5000, "\x1b]0;owned\x07\x1b[2J", "\u202etxt", [], {}, [[]],
    [None], {"a": 1}, "../../etc/passwd", "1e999", list(range(50)), 1_000_000_000,
)  # fmt: skip


def mutated(value: Any, random: random.Random) -> Any:
    """A value with one place of it changed, taken away or doubled."""
    value = copy.deepcopy(value)
    places: list[tuple[Any, Any]] = []
    waiting = [value]
    while waiting:
        holder = waiting.pop()
        keys = holder if isinstance(holder, dict) else range(len(holder))
        places += [(holder, key) for key in keys]
        waiting += [holder[key] for key in keys if isinstance(holder[key], dict | list)]
    holder, key = random.choice(places)
    how = random.randrange(4)
    if how == 0:
        del holder[key]
    elif how == 1 and isinstance(holder, dict):
        holder[str(random.choice(ODD))] = holder[key]
    else:
        holder[key] = copy.deepcopy(random.choice(ODD))
    return value


def refused(read: Callable[[], object]) -> str | None:
    """The sentence with which something is refused, if it is."""
    started = process_time()
    try:
        read()
    except DeltapageError as error:
        return shown(error, SENTENCE_MAX)
    finally:
        assert process_time() - started < 1
    return None


def sealed(body: dict[str, Any]) -> str:
    """The text of a manifest whose seal is right, whatever is in it."""
    text = json.dumps({key: value for key, value in body.items() if key != "sha256"}, sort_keys=True, indent=1)
    return _sealed(text[: -len("\n}")])


def manifest() -> dict[str, Any]:
    with zipfile.ZipFile(TESTS / "data" / "format-1-tiny-a-q4.zip") as bundle:
        return dict(json.loads(bundle.read(MANIFEST)))


def test_the_unchanged_is_read() -> None:
    assert refused(lambda: Manifest.from_json(sealed(manifest()))) is None


def test_mutated_manifests() -> None:
    def use(text: str) -> None:
        facts = Manifest.from_json(text)
        plan, _ = least_plan(facts)
        summary(facts, plan)

    body, chance = manifest(), random.Random(9)
    said = [refused(lambda: use(sealed(mutated(body, chance)))) for _ in range(300)]
    assert sum(sentence is not None for sentence in said) > 150


def test_mutated_configs(tmp_path: Path) -> None:
    shutil.copytree(TINY["tiny-a"], tmp_path / "c")
    chance = random.Random(9)
    for name in (published.CONFIG, published.GENERATION, published.TOKENIZER_CONFIG):
        file = tmp_path / "c" / name
        whole = json.loads(file.read_bytes())
        for _ in range(40):
            file.write_text(json.dumps(mutated(whole, chance)))
            refused(lambda: published.read(tmp_path / "c"))
        file.write_text(json.dumps(whole))
    assert refused(lambda: published.read(tmp_path / "c")) is None


def header_of(folder: Path) -> tuple[dict[str, Any], bytes]:
    data = next(folder.glob("*.safetensors")).read_bytes()
    length = int.from_bytes(data[:8], "little")
    return json.loads(data[8 : 8 + length]), data[8 + length :]


def test_mutated_headers(tmp_path: Path) -> None:
    header, rest = header_of(TINY["tiny-a"])
    chance, file, said = random.Random(9), tmp_path / "model.safetensors", []
    for _ in range(100):
        text = json.dumps(mutated(header, chance)).encode()
        file.write_bytes(len(text).to_bytes(8, "little") + text + rest)
        said.append(refused(lambda: read_header(file)))
    assert sum(sentence is not None for sentence in said) > 50


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[" * 50_000 + "]" * 50_000, f"nested more than {DEPTH_MAX} deep"),
        ('{"a":' * 50_000 + "1" + "}" * 50_000, f"nested more than {DEPTH_MAX} deep"),
        ("[" * 50_000, f"nested more than {DEPTH_MAX} deep"),
        ('["' + "[" * 50_000 + '\\"[", [' + '"[", ' * 50_000 + "1]]", None),
        ('{"a": 1e999}', "holds the number 1e999, expected finite ones"),
        ('{"a": -Infinity}', "holds the number -Infinity, expected finite ones"),
        ('{"a": NaN}', "holds the number NaN, expected finite ones"),
        ('{"a": ' + "9" * 5000 + "}", "a number of 5,000 digits"),
        (r'{"a\udcff": 1}', "half of a surrogate pair"),
        (r'["\ud83d\ude00"]', None),
        (b"\xff\xfe", "is no UTF-8 at byte 0"),
        (b"\xef\xbb\xbf{}", None),
        ("x" * 1001, "has 1,001 bytes, expected at most 1,000"),
        ("{", "Expecting property name"),
    ],
)
def test_what_no_json_of_ours_holds(text: str | bytes, expected: str | None) -> None:
    most = 1000 if text == "x" * 1001 else 1 << 20
    if expected is None:
        assert read_json(text, most) is not None
    else:
        with pytest.raises(ValueError, match=expected):
            read_json(text, most)


def test_a_huge_number_of_layers_is_told_at_once(tmp_path: Path) -> None:
    shutil.copytree(TINY["tiny-a"], tmp_path / "c")
    config = json.loads((tmp_path / "c" / published.CONFIG).read_bytes())
    text = config.get("text_config", config)
    text["num_hidden_layers"] = 1_000_000_000
    text.pop("layer_types", None)
    (tmp_path / "c" / published.CONFIG).write_text(json.dumps(config))
    with pytest.raises(ConfigError, match="num_hidden_layers is 1,000,000,000, expected at most 1,000"):
        published.read(tmp_path / "c")


def test_a_huge_header_is_not_read(tmp_path: Path) -> None:
    file = tmp_path / "model.safetensors"
    with file.open("wb") as stream:
        stream.write((200_000_000).to_bytes(8, "little"))
        stream.truncate(300_000_000)  # all holes
    with pytest.raises(CheckpointError, match=f"its header is 200,000,000 bytes, expected at most {HEADER_MAX:,}"):
        read_header(file)


def test_endless_shapes_are_told_at_once(tmp_path: Path) -> None:
    """The product of so many extents would take hours."""
    shape = [2**31] * 300_000
    tensors = {"final_norm": {"format": "plain", "shape": shape, "segments": []}}
    sentence = refused(lambda: Manifest.from_json(sealed({**manifest(), "tensors": tensors})))
    assert sentence and "final_norm has 300000 dimensions of up to 2147483648, expected 4" in sentence
    text = json.dumps({"a": {"dtype": "F32", "shape": shape, "data_offsets": [0, 4]}}).encode()
    (tmp_path / "a.safetensors").write_bytes(len(text).to_bytes(8, "little") + text + bytes(4))
    sentence = refused(lambda: read_header(tmp_path / "a.safetensors"))
    assert sentence and "300000 dimensions" in sentence


def test_a_deep_index_is_told(tmp_path: Path) -> None:
    (tmp_path / INDEX).write_text("[" * 50_000)
    with pytest.raises(CheckpointError, match="nested"):
        read_index(tmp_path / INDEX)


def test_the_command_line_says_one_harmless_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    body = manifest()
    for name in ("\x1b]0;owned\x07", "x" * 5000, "\u202egnp"):
        body["name"] = name
        (tmp_path / MANIFEST).write_text(sealed(body))
        for command in ("inspect", "verify"):
            _main([command, str(tmp_path)])
            printed = capsys.readouterr()
            for line in (*printed.out.splitlines(), *printed.err.splitlines()):
                assert line.replace("\t", "").isprintable() and len(line) <= SENTENCE_MAX + 20
    body["tensors"] = {f"\x1b[{i}m": {"format": "x" * 99, "shape": [1], "segments": []} for i in range(500)}
    (tmp_path / MANIFEST).write_text(sealed(body))
    assert _main(["inspect", str(tmp_path)]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.isprintable() and len(line) <= SENTENCE_MAX + 20


def test_what_is_shown_of_a_text() -> None:
    assert shown("é 漢 😀") == "é 漢 😀"
    assert shown("a\x1b[2J\nb\ud800\u202e") == r"a\x1b[2J\nb\ud800\u202e"
    assert len(shown("x" * 5000)) == 303 and " … " in shown("x" * 5000)
