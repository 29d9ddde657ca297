"""What a rendered kernel says of its workgroups."""

from __future__ import annotations

import re

_SIZES = {"f32": 4, "u32": 4, "atomic<u32>": 4, "vec2f": 8, "vec2u": 8, "vec3f": 16, "vec4f": 16, "vec4u": 16}


def workgroup_of(code: str) -> tuple[tuple[int, int, int], int]:
    """Threads of a workgroup along x, y and z, and the bytes that it shares, every variable in units of 16 as WebGPU counts."""
    known = {name: int(value) for name, value in re.findall(r"^const (\w+) = (\d+)u;", code, re.M)}

    def amount(expression: str) -> int:
        return int(eval(re.sub(r"(\d+)u\b", r"\1", expression).replace("/", "//"), {"__builtins__": {}}, known))

    (extents,) = re.findall(r"@workgroup_size\((.*)\)", code)
    x, y, z = (*map(amount, extents.split(",")), 1, 1)[:3]
    shared = 0
    for kind in re.findall(r"^var<workgroup> \w+: (.*);", code, re.M):
        array = re.fullmatch(r"array<(.+), ([^,]+)>", kind)
        shared += -(-(_SIZES[array[1]] * amount(array[2]) if array else _SIZES[kind]) // 16) * 16
    return (x, y, z), shared
