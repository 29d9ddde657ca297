"""Browsers with WebGPU on a machine without a GPU: Chromium on SwiftShader (Tint), Firefox on lavapipe (naga)."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Playwright

NAMES = ("chromium", "firefox")
CHROMIUM = (
    "/usr/lib/chromium/chromium",
    "chromium",
    "google-chrome",
    "google-chrome-stable",
)  # Debian's wrapper script is second
FIREFOX = ("firefox-esr", "firefox")
CHROMIUM_ARGS = [
    "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader", "--enable-features=Vulkan",
]  # fmt: skip
FIREFOX_PREFS: dict[str, str | float | bool] = {"dom.webgpu.enabled": True, "gfx.webgpu.ignore-blocklist": True}
# Playwright's emulation of these needs a patched Firefox; 'null' leaves them alone.
FIREFOX_PAGE: dict[str, Any] = dict.fromkeys(("color_scheme", "reduced_motion", "forced_colors", "contrast"), "null")


def launch(playwright: Playwright, name: str, home: Path) -> Browser:
    """A headless browser; ``home`` is a writable folder for its runtime files.

    Errors: AssertionError when it is not installed: a missing browser is a failure, never a skip.
    """
    if name == "chromium":
        return playwright.chromium.launch(executable_path=_find(CHROMIUM), args=CHROMIUM_ARGS)
    return playwright.firefox.launch(
        channel="moz-firefox",
        executable_path=_find(FIREFOX),
        firefox_user_prefs=FIREFOX_PREFS,
        env={"XDG_RUNTIME_DIR": str(home), "HOME": str(home)},
    )


def page_options(name: str) -> dict[str, Any]:
    """Options that this browser's pages need."""
    return FIREFOX_PAGE if name == "firefox" else {}


def _find(names: tuple[str, ...]) -> str:
    found = next((path for path in map(shutil.which, names) if path), None)
    assert found, (
        f"none of {', '.join(names)} is installed: install the packages chromium, firefox-esr and mesa-vulkan-drivers"
    )
    return found
