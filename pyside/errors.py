"""Errors that a person may meet: one sentence that says what, got, expected and the remedy."""

from __future__ import annotations


class DeltapageError(Exception):
    """Anything wrong with what the user gave or what the device can do; its text is shown as it is."""


class ConfigError(DeltapageError):
    """A checkpoint's config that this project cannot run."""


class CheckpointError(DeltapageError):
    """A checkpoint that is damaged, incomplete, of another kind or out of reach."""


class BundleError(DeltapageError):
    """A bundle that is not what its manifest says, or a manifest that says nonsense."""


class PlanError(DeltapageError):
    """A plan that a kernel or a device cannot take."""


class ContextError(DeltapageError):
    """A prompt or a reply that does not fit in the context window."""


class ExtensionError(DeltapageError):
    """Python of the page's author that failed."""


class RequestError(DeltapageError):
    """A request with a value that the API does not take."""
