"""Forms of kernels: what they set, what they take of a device, and which one a device gets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from math import prod

import pytest

from kernels_wgsl import variants
from kernels_wgsl.catalog import CATALOG, slots_for
from kernels_wgsl.catalog.spec import Constants, Value
from kernels_wgsl.variants import FOLLOWS, FORMS, SPLITS, Form, constants_of
from pyside.plan.choice import choose, common, runs
from pyside.plan.limits import Limits

BASELINE = Limits.baseline()
SOFTWARE = replace(BASELINE, software=True)
KERNELS = [*FORMS, *FOLLOWS]


def shapes(kernel: str) -> Iterator[dict[str, Value]]:
    """Shapes of calls, from the smallest matrix to those of large models."""
    rest: dict[str, Value] = {"FORMAT": "q4", "EPILOGUE": "store", "T": 1, "KV": "f16"}
    if kernel in ("matvec", "matvec_swiglu"):
        for rows, columns in product((32, 96, 1024, 4096, 12_288, 248_320), (32, 64, 96, 1024, 3584, 12_288)):
            yield rest | {"N": rows, "F": rows, "K": columns}
    elif kernel == "delta_rule":
        for heads, dim in product((1, 2, 16, 32, 64), (16, 32, 64, 128)):
            yield rest | {"HK": heads, "HV": heads, "DK": dim, "DV": dim}
    else:
        for heads, shared in product((1, 2, 8), (1, 4, 32)):
            yield rest | {"HQ": heads * shared, "HKV": heads, "DH": 256}


def chosen(kernel: str, form: Form) -> dict[str, str]:
    """A choice of this form."""
    return {FOLLOWS.get(kernel, kernel): form.name}


def calls(kernel: str, form: Form) -> Iterator[dict[str, Value]]:
    """The constants of a kernel in a form, for every shape."""
    for shape in shapes(kernel):
        known = shape | dict(constants_of(kernel, chosen(kernel, form), shape))
        yield {name: known[name] for name in CATALOG[kernel].constants}


@pytest.mark.parametrize("kernel", KERNELS)
def test_a_form_sets_constants_of_its_kernel_that_the_shape_does_not(kernel: str) -> None:
    for form in variants.forms_of(kernel):
        for shape in shapes(kernel):
            found = constants_of(kernel, chosen(kernel, form), shape)
            assert found
            assert set(found) <= set(CATALOG[kernel].constants) - set(shape)


@pytest.mark.parametrize("kernel", KERNELS)
def test_no_shape_takes_more_of_a_device_than_its_form_says(kernel: str) -> None:
    spec = CATALOG[kernel]
    for form in variants.forms_of(kernel):
        for constants in calls(kernel, form):
            assert prod(spec.workgroup(constants)) <= form.invocations
            assert spec.workgroup_bytes(constants) <= form.workgroup_bytes
            assert len(slots_for(spec, constants)) <= form.storage_buffers


def test_no_form_splits_keys_into_more_parts_than_memory_has_room_for() -> None:
    assert (
        max(int(call["SPLITS"]) for form in FORMS["attention_decode"] for call in calls("attention_decode", form))
        <= SPLITS
    )


@pytest.mark.parametrize("kernel", FORMS)
def test_the_first_form_runs_on_any_device(kernel: str) -> None:
    first, *others = FORMS[kernel]
    assert runs(first, BASELINE) and not first.features and not first.software
    assert len({form.name for form in FORMS[kernel]}) == 1 + len(others)


def test_threads_share_a_row_until_there_are_enough() -> None:
    def slices(rows: int, columns: int, form: str = "shared rows") -> Constants:
        return constants_of("matvec", {"matvec": form}, {"N": rows, "K": columns})

    assert slices(248_320, 1024) == {"SPAN": 32, "SLICES": 1}
    assert slices(1024, 1024) == {"SPAN": 8, "SLICES": 32}
    assert slices(1024, 96) == {"SPAN": 32, "SLICES": 1}  # three groups of columns cannot be halved
    assert slices(1024, 1024, "own rows") == {"SPAN": 8, "SLICES": 1}
    assert constants_of("delta_rule", choose(BASELINE), {"HV": 16, "DV": 128, "DK": 128}) == {"SLICES": 4}
    assert constants_of("rmsnorm", choose(BASELINE), {}) == {}
    with pytest.raises(ValueError, match="matvec has no form 'fast': expected one of shared rows, own rows"):
        slices(32, 32, "fast")


def test_a_device_gets_the_form_that_is_meant_for_its_kind() -> None:
    assert choose(BASELINE) == {
        "matvec": "shared rows",
        "matvec_swiglu": "shared rows",
        "delta_rule": "shared columns",
        "attention_decode": "split keys",
    }
    assert choose(SOFTWARE) == {
        "matvec": "own rows",
        "matvec_swiglu": "own rows",
        "delta_rule": "own columns",
        "attention_decode": "split keys",
    }


def test_a_later_form_is_taken_where_it_runs_and_a_trial_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    first = FORMS["delta_rule"][0]
    faster = replace(first, name="faster", features=frozenset({"subgroups"}), workgroup_bytes=20 << 10)
    monkeypatch.setattr("pyside.plan.choice.FORMS", {"delta_rule": (*FORMS["delta_rule"], faster)})
    able = replace(BASELINE, features=frozenset({"subgroups", "shader-f16"}), workgroup_bytes=32 << 10)
    assert choose(able) == {"delta_rule": "faster"}
    assert choose(replace(able, workgroup_bytes=16 << 10)) == {"delta_rule": "shared columns"}
    assert choose(replace(able, features=frozenset())) == {"delta_rule": "shared columns"}
    seconds = {"delta_rule": {"faster": 3e-3, "own columns": 2e-3, "shared columns": 4e-3}}
    assert choose(able, seconds) == {"delta_rule": "own columns"}
    assert choose(BASELINE, {"delta_rule": {"faster": 1e-3}}) == {"delta_rule": "shared columns"}
    assert common() == ({"delta_rule": "shared columns"}, {"delta_rule": "own columns"})  # what asks for no feature


def test_what_a_bundle_holds_is_what_devices_of_either_kind_get() -> None:
    assert common() == (choose(BASELINE), choose(SOFTWARE))
