"""The demo model's training forward: Qwen3.5 in plain PyTorch, chunkwise and packed.

Same parameters, names and mathematics as transformers' ``Qwen3_5ForConditionalGeneration`` (export.py checks the logits),
but several conversations share one row: ``starts`` marks where a conversation begins, and nothing flows across that mark,
neither through the convolution, nor the recurrent state, nor attention.

Formulas: Qwen3.5's text model as transformers' ``modeling_qwen3_5`` defines it; the chunkwise gated delta rule is
Yang et al., "Gated Delta Networks" (arXiv 2412.06464), section 3.
Needs torch 2.13.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 (its customary name)

from .pictures.canvas import Bytes
from .tower import Eyes, Tower

FORGET = -40.0  # log decay at the first token of a conversation: exp(-40) of the previous one's state is left


@dataclass(frozen=True)
class Shape:
    """Dimensions of the network; the defaults are the shipped model."""

    vocab: int
    hidden: int = 256
    layers: int = 8
    full_every: int = 4
    ffn: int = 512
    heads: int = 4
    kv_heads: int = 2
    head_dim: int = 64
    rotary_dim: int = 16
    sections: tuple[int, int, int] = (3, 3, 2)  # rotary frequencies that turn by time, by row, by column
    rope_theta: float = 10_000.0
    key_heads: int = 4
    value_heads: int = 8
    key_dim: int = 32
    value_dim: int = 32
    conv: int = 4
    eps: float = 1e-6

    def is_full(self, layer: int) -> bool:
        """Whether this layer is softmax attention; the others are gated delta rule."""
        return (layer + 1) % self.full_every == 0


class ZeroCentredNorm(nn.Module):
    """x / rms(x) * (1 + w), the norm of every trunk position, of queries and of keys."""

    def __init__(self, width: int, eps: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(width))
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        """x [..., W] -> f32 [..., W]."""
        return F.rms_norm(x.float(), x.shape[-1:], 1.0 + self.weight, self.eps)


class GatedNorm(nn.Module):
    """rms-normalised x times w, then times silu(gate); the one norm that is not zero-centred."""

    def __init__(self, width: int, eps: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.eps = eps

    def forward(self, x: Tensor, gate: Tensor) -> Tensor:
        """x, gate [..., W] -> f32 [..., W]."""
        return F.rms_norm(x.float(), x.shape[-1:], self.weight, self.eps) * F.silu(gate.float())


class UnitLowerInverse(torch.autograd.Function):
    """(I + A)^-1 for strictly lower triangular A [..., C, C]; its gradient needs only the result: dA = -T' dT T'."""

    @staticmethod
    def forward(ctx, lower: Tensor) -> Tensor:
        """Forward substitution."""
        identity = torch.eye(lower.shape[-1], dtype=lower.dtype).expand_as(lower)
        inverse = torch.linalg.solve_triangular(lower, identity, upper=False, unitriangular=True).contiguous()
        ctx.save_for_backward(inverse)
        return inverse

    @staticmethod
    def backward(ctx, grad: Tensor) -> Tensor:
        """Gradient of A from the saved inverse."""
        (inverse,) = ctx.saved_tensors
        return -(inverse.mT @ grad @ inverse.mT).tril(-1)


def delta_rule(q: Tensor, k: Tensor, v: Tensor, g: Tensor, beta: Tensor, chunk: int) -> Tensor:
    """Outputs of the gated delta rule from an empty state.

    q, k [B, T, Hk, Dk] normalised and scaled; v [B, T, Hv, Dv]; g (log decay), beta [B, T, Hv]; T a multiple of chunk.
    Value head m reads key head m // (Hv / Hk). Returns [B, T, Hv, Dv].
    """
    batch, length, heads, width = v.shape
    repeat = heads // k.shape[2]

    def chunks(x: Tensor) -> Tensor:  # [B, T, H, ...] -> [N, B * H, C, ...], contiguous: batched matmuls want it
        parts = x.reshape(batch, length // chunk, chunk, *x.shape[2:]).movedim(1, 0).movedim(3, 2)
        return parts.reshape(length // chunk, batch * x.shape[2], chunk, *x.shape[3:])

    q, k, v, g, beta = (chunks(x) for x in (q, k, v, g, beta.unsqueeze(-1)))
    total = g.cumsum(-1)  # [N, B * Hv, C]
    gamma = (total.unsqueeze(-1) - total.unsqueeze(-2)).tril().exp().tril()  # [N, B * Hv, C, C]
    kk = (k @ k.mT).repeat_interleave(repeat, 1)
    qk = (q @ k.mT).repeat_interleave(repeat, 1) * gamma
    q, k = (x.repeat_interleave(repeat, 1) for x in (q, k))
    inverse = UnitLowerInverse.apply((kk * gamma * beta).tril(-1))
    decay = total.exp().unsqueeze(-1)  # [N, B * Hv, C, 1]
    last = total[..., -1:, None]  # [N, B * Hv, 1, 1]
    u = inverse @ (v * beta)
    w = inverse @ (k * (beta * decay))
    q = q * decay
    k = k * (last - total.unsqueeze(-1)).exp()
    state = v.new_zeros(batch * heads, k.shape[-1], width)
    out = []
    for q_n, k_n, u_n, w_n, qk_n, keep_n in zip(*(x.unbind(0) for x in (q, k, u, w, qk, last.exp())), strict=True):
        corrected = u_n - w_n @ state
        out.append(q_n @ state + qk_n @ corrected)
        state = state * keep_n + k_n.mT @ corrected
    parts = torch.stack(out).reshape(-1, batch, heads, chunk, width)  # [N, B, Hv, C, Dv]
    return parts.permute(1, 0, 3, 2, 4).reshape(batch, length, heads, width)


class DeltaNet(nn.Module):
    """Gated DeltaNet mixer: short convolution, gated delta rule, gated norm."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        keys, values = shape.key_heads * shape.key_dim, shape.value_heads * shape.value_dim
        self.sizes = [keys, keys, values]
        self.in_proj_qkv = nn.Linear(shape.hidden, 2 * keys + values, bias=False)
        self.in_proj_z = nn.Linear(shape.hidden, values, bias=False)
        self.in_proj_b = nn.Linear(shape.hidden, shape.value_heads, bias=False)
        self.in_proj_a = nn.Linear(shape.hidden, shape.value_heads, bias=False)
        self.conv1d = nn.Conv1d(sum(self.sizes), sum(self.sizes), shape.conv, groups=sum(self.sizes), bias=False)
        rates = torch.logspace(-1.7, 0.5, shape.value_heads)  # per-token decay at the start: 0.98 to 0.04
        self.A_log = nn.Parameter(rates.log())
        self.dt_bias = nn.Parameter(torch.full((shape.value_heads,), 0.54))  # softplus = 1
        self.norm = GatedNorm(shape.value_dim, shape.eps)
        self.out_proj = nn.Linear(values, shape.hidden, bias=False)

    def forward(self, x: Tensor, starts: Tensor, age: Tensor, chunk: int) -> Tensor:
        """x [B, T, D]; starts [B, T]: first token of a conversation; age [B, T]: tokens since then -> [B, T, D]."""
        s = self.shape
        u = self.in_proj_qkv(x)  # [B, T, C]
        taps = self.conv1d.weight[:, 0]  # [C, 4], the last one for the current token
        y = u * taps[:, -1]
        for back in range(1, s.conv):
            inside = (age[:, back:] >= back).unsqueeze(-1)  # the token `back` places ago is of the same conversation
            y = y + F.pad(u[:, :-back] * inside * taps[:, -1 - back], (0, 0, back, 0))
        q, k, v = F.silu(y).float().split(self.sizes, -1)
        q = q.unflatten(-1, (s.key_heads, s.key_dim))
        k = k.unflatten(-1, (s.key_heads, s.key_dim))
        v = v.unflatten(-1, (s.value_heads, s.value_dim))
        q = q * (q.square().sum(-1, keepdim=True) + 1e-6).rsqrt() * s.key_dim**-0.5
        k = k * (k.square().sum(-1, keepdim=True) + 1e-6).rsqrt()
        beta = self.in_proj_b(x).float().sigmoid()  # [B, T, Hv]
        g = -self.A_log.exp() * F.softplus(self.in_proj_a(x).float() + self.dt_bias)
        g = torch.where(starts.unsqueeze(-1), FORGET, g)
        with torch.autocast("cpu", enabled=False):  # the recurrence keeps float32 when the projections run in bfloat16
            o = delta_rule(q, k, v, g, beta, chunk)  # [B, T, Hv, Dv]
        z = self.in_proj_z(x).unflatten(-1, (s.value_heads, s.value_dim))
        return self.out_proj(self.norm(o, z).flatten(2))


class Attention(nn.Module):
    """Gated softmax attention with query/key norm and partial rotary positions."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.q_proj = nn.Linear(shape.hidden, shape.heads * shape.head_dim * 2, bias=False)
        self.k_proj = nn.Linear(shape.hidden, shape.kv_heads * shape.head_dim, bias=False)
        self.v_proj = nn.Linear(shape.hidden, shape.kv_heads * shape.head_dim, bias=False)
        self.o_proj = nn.Linear(shape.heads * shape.head_dim, shape.hidden, bias=False)
        self.q_norm = ZeroCentredNorm(shape.head_dim, shape.eps)
        self.k_norm = ZeroCentredNorm(shape.head_dim, shape.eps)

    def rotate(self, x: Tensor, positions: Tensor) -> Tensor:
        """Rotary embedding of the first rotary_dim entries, pairs (i, i + rotary_dim / 2).

        x [B, H, T, Dh], positions [B, 3, T]. Frequency i turns by row where i % 3 is 1, by column where it is 2, as far as
        their sections reach, and by time elsewhere.
        """
        half = self.shape.rotary_dim // 2
        rates = self.shape.rope_theta ** (-torch.arange(half, dtype=torch.float32) / half)
        axes = [i % 3 if i < 3 * self.shape.sections[i % 3] else 0 for i in range(half)]
        angle = (positions.float()[:, axes].transpose(1, 2) * rates).unsqueeze(1)  # [B, 1, T, half]
        cos, sin = angle.cos(), angle.sin()
        a, b, rest = x.split([half, half, x.shape[-1] - 2 * half], -1)
        return torch.cat([a * cos - b * sin, b * cos + a * sin, rest], -1)

    def forward(self, x: Tensor, positions: Tensor, mask: Tensor) -> Tensor:
        """x [B, T, D]; positions [B, 3, T]; mask [B, 1, T, T]: who may read whom -> [B, T, D]."""
        s = self.shape
        q, gate = self.q_proj(x).unflatten(-1, (s.heads, 2, s.head_dim)).unbind(-2)  # [B, T, H, Dh] each
        k = self.k_proj(x).unflatten(-1, (s.kv_heads, s.head_dim))
        v = self.v_proj(x).unflatten(-1, (s.kv_heads, s.head_dim)).transpose(1, 2)
        q = self.rotate(self.q_norm(q).transpose(1, 2), positions)
        k = self.rotate(self.k_norm(k).transpose(1, 2), positions)
        repeat = s.heads // s.kv_heads
        k, v = (t.to(v.dtype).repeat_interleave(repeat, 1) for t in (k, v))
        o = F.scaled_dot_product_attention(q.to(v.dtype), k, v, attn_mask=mask)
        return self.o_proj((o.transpose(1, 2) * gate.sigmoid()).flatten(2))


class Mlp(nn.Module):
    """down(silu(gate(x)) * up(x))."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.gate_proj = nn.Linear(shape.hidden, shape.ffn, bias=False)
        self.up_proj = nn.Linear(shape.hidden, shape.ffn, bias=False)
        self.down_proj = nn.Linear(shape.ffn, shape.hidden, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """x [..., D] -> [..., D]."""
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


class Layer(nn.Module):
    """One residual block: a mixer, then the MLP."""

    def __init__(self, shape: Shape, index: int) -> None:
        super().__init__()
        self.input_layernorm = ZeroCentredNorm(shape.hidden, shape.eps)
        self.post_attention_layernorm = ZeroCentredNorm(shape.hidden, shape.eps)
        if shape.is_full(index):
            self.self_attn = Attention(shape)
        else:
            self.linear_attn = DeltaNet(shape)
        self.mlp = Mlp(shape)
        self.full = shape.is_full(index)

    def forward(self, h: Tensor, starts: Tensor, age: Tensor, positions: Tensor, mask: Tensor, chunk: int) -> Tensor:
        """The residual stream h [B, T, D] before and after this block."""
        x = self.input_layernorm(h)
        h = h + (self.self_attn(x, positions, mask) if self.full else self.linear_attn(x, starts, age, chunk))
        return h + self.mlp(self.post_attention_layernorm(h))


class Network(nn.Module):
    """Token ids to final hidden states; `logits` applies the tied head."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.embed_tokens = nn.Embedding(shape.vocab, shape.hidden)
        self.layers = nn.ModuleList(Layer(shape, i) for i in range(shape.layers))
        self.norm = ZeroCentredNorm(shape.hidden, shape.eps)
        nn.init.normal_(self.embed_tokens.weight, std=0.02)
        for name, parameter in self.named_parameters():
            if parameter.ndim == 2 and "embed" not in name:
                out = name.endswith(("out_proj.weight", "o_proj.weight", "down_proj.weight"))
                nn.init.normal_(parameter, std=0.02 if out else parameter.shape[1] ** -0.5)

    def forward(
        self, ids: Tensor, starts: Tensor, positions: Tensor, seen: Tensor | None = None, chunk: int = 32
    ) -> Tensor:
        """ids, starts (first token of a conversation) [B, T], positions [B, 3, T] -> hidden [B, T, D]; T a multiple of chunk.

        ``seen`` [R, D] are the pictures' rows, which stand where ids are below zero, row after row.
        """
        index = torch.arange(ids.shape[1])
        first = torch.where(starts, index, 0).cummax(1).values  # [B, T] where this token's conversation begins
        age = index - first
        mask = (first.unsqueeze(2) == first.unsqueeze(1)).tril().unsqueeze(1)  # [B, 1, T, T]
        h = self.embed_tokens(ids.clamp(min=0))
        if seen is not None:
            h = h.masked_scatter((ids < 0).unsqueeze(-1), seen.to(h.dtype))
        for layer in self.layers:
            h = layer(h, starts, age, positions, mask, chunk)
        return self.norm(h)

    def logits(self, hidden: Tensor) -> Tensor:
        """[..., D] -> [..., V] through the tied embedding."""
        return F.linear(hidden, self.embed_tokens.weight)


class Seeing(nn.Module):
    """The whole model: eyes and language."""

    def __init__(self, shape: Shape, eyes: Eyes) -> None:
        super().__init__()
        self.language = Network(shape)
        self.visual = Tower(eyes)

    def forward(self, ids: Tensor, starts: Tensor, positions: Tensor, pictures: list[Bytes], chunk: int = 32) -> Tensor:
        """As ``Network``; the pictures [H, W, 3] belong to the ids below zero, in order -> hidden [B, T, D]."""
        seen = self.visual(pictures) if pictures else None
        return self.language(ids, starts, positions, seen, chunk)
