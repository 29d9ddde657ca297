"""Which form of each kernel a device gets: decided here, and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping

from kernels_wgsl.variants import FORMS, Form
from pyside.plan.limits import Limits

Choice = Mapping[str, str]  # kernel -> the name of its form; for every kernel of FORMS
Measured = Mapping[str, Mapping[str, float]]  # kernel -> form -> seconds of a trial on the device


def choose(limits: Limits, measured: Measured | None = None) -> Choice:
    """The form of each kernel for a device.

    Where the device has tried several, the fastest of them. Else the last in the list of those that are meant for its kind and
    that it runs: a list goes from what any device runs to what few do. The baseline where there is none.
    """
    trials = measured or {}
    return {kernel: _best(forms, limits, trials.get(kernel, {})).name for kernel, forms in FORMS.items()}


def common() -> tuple[Choice, ...]:
    """Choices that have between them every form which asks for no feature: a bundle holds those, a page renders the others."""
    plain = {kernel: [form.name for form in forms if not form.features] for kernel, forms in FORMS.items()}
    most = max(map(len, plain.values()))
    return tuple({kernel: names[min(i, len(names) - 1)] for kernel, names in plain.items()} for i in range(most))


def runs(form: Form, limits: Limits) -> bool:
    """Whether a device has what a form takes."""
    return (
        form.features <= limits.features
        and form.invocations <= limits.invocations
        and form.workgroup_bytes <= limits.workgroup_bytes
        and form.storage_buffers <= limits.storage_buffers
    )


def _best(forms: tuple[Form, ...], limits: Limits, seconds: Mapping[str, float]) -> Form:
    able = [form for form in forms if runs(form, limits)]
    if tried := [form for form in able if form.name in seconds]:
        return min(tried, key=lambda form: seconds[form.name])
    meant = [form for form in able if form.software == limits.software]
    return meant[-1] if meant else forms[0]
