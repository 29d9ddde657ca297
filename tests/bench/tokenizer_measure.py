"""The part of ``tokenizer_speed.py`` that also runs in Pyodide: loads a packed tokenizer and encodes a text."""

from __future__ import annotations

import json
from array import array
from pathlib import Path
from time import perf_counter
from zlib import crc32

from pyside.text.tokenizer import Tokenizer


def measure(folder: str) -> str:
    """Seconds and tokens per second for ``tokenizer.bin`` and ``*.txt`` in a folder, and a fingerprint of the ids; as JSON."""
    blob = Path(folder, "tokenizer.bin").read_bytes()
    start = perf_counter()
    tokenizer = Tokenizer.load(blob)
    result: dict[str, object] = {"load_s": round(perf_counter() - start, 3), "bytes": len(blob)}
    for file in sorted(Path(folder).glob("*.txt")):
        text = file.read_text(encoding="utf-8")
        rates = []
        for _ in range(3):
            start = perf_counter()
            ids = tokenizer.encode(text)
            rates.append(round(len(ids) / (perf_counter() - start)))
        start = perf_counter()
        tokenizer.decode(ids)
        result[file.stem] = {
            "tokens": len(ids),
            "cold_tokens_per_s": rates[0],
            "warm_tokens_per_s": max(rates[1:]),
            "decode_tokens_per_s": round(len(ids) / (perf_counter() - start)),
            "fingerprint": f"{crc32(array('I', ids)):08x}",
        }
    return json.dumps(result)
