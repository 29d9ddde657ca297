"""Writes the pictures beside it, and what Pillow decodes of them into ``pictures.npz``: ``pip install numpy Pillow==13.0.0`` first.

Browsers are held to these bytes: orientation is applied, profiles and gamma are not, what is transparent lies on white.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageCms, ImageOps, PngImagePlugin  # type: ignore[import-not-found]  # only this script needs it

HERE = Path(__file__).parent
HEIGHT, WIDTH = 33, 47  # odd, so that the last samples of subsampled colours stand alone


def photo(channels: int, seed: int = 1) -> Any:
    """Gradients with some noise; alpha is noise alone."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:HEIGHT, :WIDTH] / (HEIGHT, WIDTH)[0]
    colours = np.stack([x, y, 1 - (x + y) / 2], -1) * 180 + rng.normal(0, 20, (HEIGHT, WIDTH, 3))
    alpha = rng.integers(0, 256, (HEIGHT, WIDTH, 1))
    values = np.concatenate([colours, alpha], -1).clip(0, 255).astype(np.uint8)
    return Image.fromarray(np.ascontiguousarray(values[..., :channels]))


def swapping_profile() -> bytes:
    """An ICC profile that shows red as green and green as red: whoever minds it is found out."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, green = (profile.index(name, 128) for name in (b"rXYZ", b"gXYZ"))
    profile[red : red + 4], profile[green : green + 4] = b"gXYZ", b"rXYZ"
    return bytes(profile)


def gamma(value: float) -> Any:
    """A gAMA chunk."""
    info = PngImagePlugin.PngInfo()
    info.add(b"gAMA", round(value * 100_000).to_bytes(4, "big"))
    return info


def turned(orientation: int) -> Any:
    """EXIF data with an orientation."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif


def over_white(picture: Any) -> Any:
    """RGB bytes; the rounding is that of Pillow's ``alpha_composite``."""
    rgba = ImageOps.exif_transpose(picture).convert("RGBA")
    return np.asarray(Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba))[..., :3]


def main() -> None:
    """Write everything."""
    rgb, rgba = photo(3), photo(4)
    grey16 = Image.fromarray(
        (np.arange(HEIGHT * WIDTH, dtype=np.uint32) * 42 % 65536).astype(np.uint16).reshape(HEIGHT, WIDTH)
    )
    palette = rgb.quantize(16)
    stills: dict[str, tuple[Any, dict[str, Any]]] = {
        "rgb.png": (rgb, {}),
        "grey.png": (rgb.convert("L"), {}),
        "palette.png": (palette, {}),
        "transparent-palette.png": (palette, {"transparency": 3}),
        "alpha.png": (rgba, {}),
        "gamma.png": (rgb, {"pnginfo": gamma(1)}),
        "profile.png": (rgb, {"icc_profile": swapping_profile()}),
        "profile.jpg": (rgb, {"icc_profile": swapping_profile(), "quality": 90}),
        "turned.jpg": (rgb, {"exif": turned(6), "quality": 75, "subsampling": "4:2:0"}),
        "mirrored.jpg": (rgb, {"exif": turned(5), "quality": 95, "subsampling": "4:2:2"}),
        "progressive.jpg": (rgb, {"progressive": True, "quality": 85, "subsampling": "4:4:4"}),
        "grey.jpg": (rgb.convert("L"), {"quality": 80}),
        "lossy.webp": (rgb, {"quality": 80}),
        "lossless.webp": (rgb, {"lossless": True}),
        "still.gif": (palette, {}),
        "rgb.bmp": (rgb, {}),
    }
    decoded = {}
    for name, (picture, options) in stills.items():
        picture.save(HERE / name, **options)
        decoded[name] = over_white(Image.open(HERE / name))
    grey16.save(HERE / "grey16.png")
    decoded["grey16.png"] = np.repeat((np.asarray(grey16) >> 8).astype(np.uint8)[..., None], 3, -1)
    np.savez_compressed(HERE / "pictures.npz", **decoded)
    frames = [photo(3, seed).resize((8, 6)) for seed in (2, 3)]
    for name in ("moving.gif", "moving.webp", "moving.png"):
        frames[0].save(HERE / name, save_all=True, append_images=frames[1:], duration=100)


if __name__ == "__main__":
    main()
