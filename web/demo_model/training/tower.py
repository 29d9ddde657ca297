"""The demo model's eyes: Qwen3.5's vision tower in plain PyTorch, for many pictures of several sizes at once.

Same parameters, names and mathematics as ``model.visual`` of transformers' ``Qwen3_5ForConditionalGeneration`` (export.py
checks the logits). A still picture is one frame given twice, so both halves of the patch embedding see the same pixels
and are summed first. Attention is over all patches of one picture. Needs torch 2.13.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 (its customary name)

from .pictures.canvas import Bytes


@dataclass(frozen=True)
class Eyes:
    """Dimensions of the tower; the defaults are the shipped model."""

    hidden: int = 192
    layers: int = 4
    heads: int = 3
    ffn: int = 512
    patch: int = 16
    merge: int = 2
    side: int = 12  # the learned table of places is side × side
    out: int = 256
    theta: float = 10_000.0
    eps: float = 1e-6

    @property
    def unit(self) -> int:
        """Pixels along one side of what becomes one token."""
        return self.patch * self.merge


class PatchEmbed(nn.Module):
    """A patch of two frames to one row."""

    def __init__(self, eyes: Eyes) -> None:
        super().__init__()
        self.proj = nn.Conv3d(3, eyes.hidden, (2, eyes.patch, eyes.patch), (2, eyes.patch, eyes.patch))

    def forward(self, patches: Tensor) -> Tensor:
        """patches [P, 3 * 16 * 16], of equal frames -> [P, D]."""
        return F.linear(patches, self.proj.weight.sum(2).flatten(1), self.proj.bias)


class Attention(nn.Module):
    """Softmax attention over the patches of a picture, rotated by row and column."""

    def __init__(self, eyes: Eyes) -> None:
        super().__init__()
        self.heads = eyes.heads
        self.qkv = nn.Linear(eyes.hidden, 3 * eyes.hidden)
        self.proj = nn.Linear(eyes.hidden, eyes.hidden)

    def forward(self, x: Tensor, turn: Tensor) -> Tensor:
        """x [N, P, D] pictures of one size; turn [2, P, Dh / 2] cosines and sines -> [N, P, D]."""
        q, k, v = self.qkv(x).unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)  # [N, H, P, Dh] each

        def rotate(t: Tensor) -> Tensor:
            a, b = t.float().chunk(2, -1)
            return torch.cat([a * turn[0] - b * turn[1], b * turn[0] + a * turn[1]], -1).to(t.dtype)

        return self.proj(F.scaled_dot_product_attention(rotate(q), rotate(k), v).transpose(1, 2).flatten(2))


class Mlp(nn.Module):
    """fc2(gelu_tanh(fc1(x)))."""

    def __init__(self, eyes: Eyes) -> None:
        super().__init__()
        self.linear_fc1 = nn.Linear(eyes.hidden, eyes.ffn)
        self.linear_fc2 = nn.Linear(eyes.ffn, eyes.hidden)

    def forward(self, x: Tensor) -> Tensor:
        """x [..., D] -> [..., D]."""
        return self.linear_fc2(F.gelu(self.linear_fc1(x), approximate="tanh"))


class Block(nn.Module):
    """One residual block of the tower."""

    def __init__(self, eyes: Eyes) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(eyes.hidden, eyes.eps)
        self.norm2 = nn.LayerNorm(eyes.hidden, eyes.eps)
        self.attn = Attention(eyes)
        self.mlp = Mlp(eyes)

    def forward(self, x: Tensor, turn: Tensor) -> Tensor:
        """x [N, P, D] -> [N, P, D]."""
        x = x + self.attn(self.norm1(x), turn)
        return x + self.mlp(self.norm2(x))


class Merger(nn.Module):
    """Four neighbouring patches to one row of the language model."""

    def __init__(self, eyes: Eyes) -> None:
        super().__init__()
        wide = eyes.hidden * eyes.merge**2
        self.norm = nn.LayerNorm(eyes.hidden, eyes.eps)
        self.linear_fc1 = nn.Linear(wide, wide)
        self.linear_fc2 = nn.Linear(wide, eyes.out)
        self.wide = wide

    def forward(self, x: Tensor) -> Tensor:
        """x [N, P, D] -> [N, P / 4, out]."""
        rows = self.norm(x).unflatten(1, (-1, self.wide // x.shape[-1])).flatten(2)
        return self.linear_fc2(F.gelu(self.linear_fc1(rows)))


class Tower(nn.Module):
    """Pictures to rows that stand among the token embeddings."""

    def __init__(self, eyes: Eyes) -> None:
        super().__init__()
        self.eyes = eyes
        self.patch_embed = PatchEmbed(eyes)
        self.pos_embed = nn.Embedding(eyes.side**2, eyes.hidden)
        self.blocks = nn.ModuleList(Block(eyes) for _ in range(eyes.layers))
        self.merger = Merger(eyes)
        nn.init.normal_(self.pos_embed.weight, std=0.1)
        for name, parameter in self.named_parameters():
            if name.endswith("bias") and "norm" not in name:
                nn.init.zeros_(parameter)

    def forward(self, pictures: list[Bytes]) -> Tensor:
        """u8 [H, W, 3] each, sides multiples of 32 -> [R, out]: the rows of all pictures, one after the other."""
        sizes: dict[tuple[int, int], list[int]] = {}
        for i, picture in enumerate(pictures):
            sizes.setdefault(picture.shape[:2], []).append(i)
        rows: list[Tensor] = [torch.empty(0)] * len(pictures)
        for (height, width), chosen in sizes.items():
            grid = height // self.eyes.patch, width // self.eyes.patch
            pixels = torch.from_numpy(np.stack([pictures[i] for i in chosen]))  # [N, H, W, 3]
            x = self.patch_embed(patches(pixels, self.eyes)) + taps(grid, self.eyes) @ self.pos_embed.weight
            turn = rotation(grid, self.eyes)
            for block in self.blocks:
                x = block(x, turn)
            for i, merged in zip(chosen, self.merger(x).unbind(0), strict=True):
                rows[i] = merged
        return torch.cat(rows)


def patches(pixels: Tensor, eyes: Eyes) -> Tensor:
    """u8 [N, H, W, 3] -> f32 [N, P, 3 * 16 * 16]; the 2 × 2 patches of a token follow one another, tokens row by row."""
    x = (pixels.float() - 127.5) / 127.5
    count, height, width, _ = x.shape
    p, m = eyes.patch, eyes.merge
    x = x.reshape(count, height // p // m, m, p, width // p // m, m, p, 3)
    return x.permute(0, 1, 4, 2, 5, 7, 3, 6).reshape(count, -1, 3 * p * p)


@cache
def places(grid: tuple[int, int], merge: int) -> tuple[Tensor, Tensor]:
    """Row and column of each patch, in the order of ``patches``, [P] each."""
    height, width = grid
    row, column = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    order = [
        t.reshape(height // merge, merge, width // merge, merge).transpose(1, 2).reshape(-1) for t in (row, column)
    ]
    return order[0], order[1]


@cache
def taps(grid: tuple[int, int], eyes: Eyes) -> Tensor:
    """Bilinear weights [P, side²] with which a patch reads the table of places, corners aligned."""
    out = torch.ones(grid[0] * grid[1], 1)
    for place, count in zip(places(grid, eyes.merge), grid, strict=True):
        at = place.float() * (eyes.side - 1) / max(count - 1, 1)
        low = at.floor().long()
        high = (low + 1).clamp(max=eyes.side - 1)
        axis = torch.zeros(len(at), eyes.side)
        axis.scatter_add_(1, low[:, None], 1 - (at - low)[:, None])
        axis.scatter_add_(1, high[:, None], (at - low)[:, None])
        out = (out.unsqueeze(2) * axis.unsqueeze(1)).flatten(1)  # rows outer
    return out


@cache
def rotation(grid: tuple[int, int], eyes: Eyes) -> Tensor:
    """Cosines and sines of the angles by row and by column, [2, P, Dh / 2]."""
    quarter = eyes.hidden // eyes.heads // 4
    rates = eyes.theta ** (-torch.arange(quarter, dtype=torch.float32) / quarter)
    angle = torch.cat([place.float().unsqueeze(1) * rates for place in places(grid, eyes.merge)], 1)
    return torch.stack([angle.cos(), angle.sin()])
