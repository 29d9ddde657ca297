"""Writes pyside/text/unicode_classes.py from the Unicode 16.0 tables: ``pip install unicodedata2==16.0.0 tokenizers`` first.

The Python of the desk may carry an older table than the `tokenizers` library, so the page's own are generated once and kept.
"""

from __future__ import annotations

from pathlib import Path
from textwrap import fill

import unicodedata2  # type: ignore[import-not-found]  # only this script needs it
from tokenizers import normalizers

VERSION = "16.0.0"
TARGET = Path(__file__).parents[2] / "pyside" / "text" / "unicode_classes.py"
EVERYTHING = [chr(code) for code in (*range(0xD800), *range(0xE000, 0x110000))]
nfc = normalizers.NFC().normalize_str
HEADER = f'''"""The Unicode {VERSION} general categories L, M and N, which tokenizer patterns name and Python's ``re`` does not know.

Made by ``tests/data/make_unicode_classes.py``: change it there.
"""

from __future__ import annotations

# White_Space of Unicode: what \\s means to the `tokenizers` library; Python's own \\s adds U+001C to U+001F.
SPACE = "9-d 20 85 a0 1680 2000-200a 2028-2029 202f 205f 3000"

'''
INERT_COMMENT = """
# What combines since Unicode 10: the NFC of the `tokenizers` library knows Unicode 9 and leaves it, and its neighbours, alone.
"""
FOOTER = '''
RANGES = {"L": LETTER, "M": MARK, "N": NUMBER, "s": SPACE, "inert": INERT}  # hexadecimal code points, first-last


def class_body(name: str) -> str:
    """The inside of a ``re`` character class for L, M, N, s (white space) or inert."""
    runs = (run.split("-") for run in RANGES[name].split())
    return "".join("-".join(chr(int(end, 16)) for end in run) for run in runs)
'''


def ranges(chars: set[str]) -> str:
    """Runs of code points, as first-last in hexadecimal."""
    runs: list[list[int]] = []
    for code in sorted(map(ord, chars)):
        if runs and runs[-1][-1] == code - 1:
            runs[-1][1:] = [code]
        else:
            runs.append([code])
    return " ".join("-".join(f"{end:x}" for end in run) for run in runs)


def unlike(text: str) -> bool:
    """Whether the library's NFC of a text is not that of Unicode 16."""
    return bool(nfc(text) != unicodedata2.normalize("NFC", text))


def inert() -> set[str]:
    """What the library neither reorders nor composes, though Unicode 16 does."""
    found = set()
    for char in EVERYTHING:
        order, parts = unicodedata2.combining(char), unicodedata2.decomposition(char).split()
        if order and unlike(f"\u0301{char}" if order == 1 else f"{char}\u0334"):
            found.add(char)
        if len(parts) == 2 and parts[0][0] != "<" and unlike("".join(chr(int(part, 16)) for part in parts)):
            found.add(chr(int(parts[0], 16)))
    return found


def literal(name: str, chars: set[str]) -> str:
    """One table as a string constant that wraps at 120 columns."""
    return f'{name} = """\n{fill(ranges(chars), 118, break_on_hyphens=False)}\n"""\n'


if __name__ == "__main__":
    if unicodedata2.unidata_version != VERSION:
        raise SystemExit(f"unicodedata2 has Unicode {unicodedata2.unidata_version}, expected {VERSION}")
    letter, mark, number = ({char for char in EVERYTHING if unicodedata2.category(char)[0] == c} for c in "LMN")
    tables = literal("LETTER", letter) + literal("MARK", mark) + literal("NUMBER", number)
    tables += INERT_COMMENT + literal("INERT", inert())
    TARGET.write_text(HEADER + tables + FOOTER, encoding="utf-8")
