"""Trains the demo model from scratch on the generated conversations; resumable, and stoppable at any time.

    python -m web.demo_model.training.train RUN --minutes 85 --decay-minutes 15

RUN must hold the tokenizer (tokenizer.py writes it). Every few minutes RUN/state.pt is replaced; starting again goes on from
there. The learning rate is constant after a short warm-up and falls to zero in the last ``--decay-minutes``; creating the
file RUN/decay starts that fall at once. Matrices are trained with Muon (Jordan 2024), everything else with AdamW.
Every worker process has one core, its own conversations and a share of the Muon updates; gradients are averaged.
In the decay phase the forward pass sees weights rounded to four bits, so that the shipped q4 bundle loses little.

Needs torch 2.13, tokenizers 0.23, numpy, jinja2. With bfloat16 autocast about 2,900 tokens/s on each core.
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path
from random import Random

import torch
import torch.distributed as dist
import torch.multiprocessing as mp
from torch import Tensor, nn
from torch.nn.utils import parametrize

from . import batches, tokenizer
from .model import Network, Shape

ROWS, LENGTH, CHUNK = 8, 512, 32  # rows over all workers
SEED = 20261122
AVERAGED = 0.01  # share of each step in the running average of the weights
SKIP_QUANTIZED = ("in_proj_a", "in_proj_b", "conv1d", "norm", "embed")  # what the q4 recipe keeps at higher precision


class Muon(torch.optim.Optimizer):
    """Momentum whose matrix updates are orthogonalised by a quintic Newton-Schulz iteration."""

    def __init__(self, parameters: list[Tensor], lr: float, momentum: float = 0.95, decay: float = 0.02) -> None:
        super().__init__(parameters, {"lr": lr, "momentum": momentum, "decay": decay})

    @torch.no_grad()
    def step(self) -> None:  # type: ignore[override]
        """Update every matrix; the workers share the orthogonalisation."""
        for group in self.param_groups:
            updates = []
            for i, p in enumerate(group["params"]):
                state = self.state[p]
                if "velocity" not in state:
                    state["velocity"] = torch.zeros_like(p)
                velocity = state["velocity"].lerp_(p.grad, 1 - group["momentum"])
                mine = i % dist.get_world_size() == dist.get_rank()
                updates.append(orthogonalise(p.grad.lerp(velocity, group["momentum"])) if mine else torch.zeros_like(p))
            share(updates)  # each worker computed some of them, the others are zero
            for p, update in zip(group["params"], updates, strict=True):
                p.mul_(1 - group["lr"] * group["decay"])
                p.add_(update, alpha=-group["lr"] * max(1.0, p.shape[0] / p.shape[1]) ** 0.5)


def share(tensors: list[Tensor]) -> None:
    """Replace each tensor by its sum over the workers."""
    flat = torch.cat([t.flatten() for t in tensors])
    dist.all_reduce(flat)
    for t, part in zip(tensors, flat.split([t.numel() for t in tensors]), strict=True):
        t.copy_(part.view_as(t))


def orthogonalise(g: Tensor, steps: int = 5) -> Tensor:
    """The nearest (semi-)orthogonal matrix to g [N, K], roughly: singular values land in 0.7 to 1.2."""
    a, b, c = 3.4445, -4.7750, 2.0315
    x = g.bfloat16()
    if g.shape[0] > g.shape[1]:
        x = x.T
    x = x / (x.norm() + 1e-7)
    for _ in range(steps):
        gram = x @ x.T
        x = a * x + (b * gram + c * gram @ gram) @ x
    return (x.T if g.shape[0] > g.shape[1] else x).to(g.dtype)


class FourBits(nn.Module):
    """Rounds groups of 32 weights of a row to 16 levels; the gradient passes through."""

    def forward(self, w: Tensor) -> Tensor:
        """The rounded weight [N, K], K a multiple of 32."""
        groups = w.detach().unflatten(1, (-1, 32))
        extreme = groups.gather(2, groups.abs().argmax(2, keepdim=True))
        scale = extreme / -8.0 + 1e-12  # the extreme weight of either sign sits on level -8
        rounded = (groups / scale).round().clamp(-8, 7) * scale
        return w + (rounded.flatten(1) - w).detach()


def optimisers(net: Network) -> list[torch.optim.Optimizer]:
    """Muon for the matrices inside the trunk, AdamW for embedding, gates, convolution and norms."""
    matrices, rest = [], []
    for name, p in net.named_parameters():
        wide = p.ndim == 2 and "embed" not in name and "in_proj_a" not in name and "in_proj_b" not in name
        (matrices if wide else rest).append(p)
    return [Muon(matrices, lr=0.02), torch.optim.AdamW(rest, lr=0.004, betas=(0.9, 0.98), weight_decay=0.0)]


def rate(step: int, elapsed: float, end: float, decay: float) -> float:
    """Fraction of the peak learning rate: warm-up by steps, then by minutes until ``end``."""
    warm = min(1.0, (step + 1) / 60)
    return warm * max(0.0, min(1.0, (end - elapsed) / decay))


def train(rank: int, workers: int, run: Path, minutes: float, decay: float, quantize: bool) -> None:
    """One worker's loop; ``minutes`` counts over all resumptions. All workers hold the same weights at every step."""
    torch.set_num_threads(1)
    os.environ |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": "29517", "GLOO_SOCKET_IFNAME": "lo"}
    dist.init_process_group("gloo", rank=rank, world_size=workers)
    torch.manual_seed(SEED)
    net = Network(Shape(tokenizer.ROWS))
    optims = optimisers(net)
    peaks = [[g["lr"] for g in o.param_groups] for o in optims]
    encoder = batches.Encoder(run)
    step, elapsed, end = 0, 0.0, minutes
    average = {name: w.clone() for name, w in weights(net).items()}
    if (run / "state.pt").exists():
        saved = torch.load(run / "state.pt")
        net.load_state_dict(saved["net"])
        for o, state in zip(optims, saved["optims"], strict=True):
            o.load_state_dict(state)
        step, elapsed, average = saved["step"], saved["elapsed"], saved.get("average", saved["net"])
    mark = told = saved_at = time.monotonic()
    mean_loss, rounding = None, False
    while True:
        fraction = rate(step, elapsed, end, decay)
        if fraction <= 0:
            break
        if quantize and not rounding and end - elapsed < decay * 0.5:
            rounding = True
            for module in net.layers.modules():
                if isinstance(module, nn.Linear) and module.out_features >= 32:
                    parametrize.register_parametrization(module, "weight", FourBits())
        for o, lrs in zip(optims, peaks, strict=True):
            for group, lr in zip(o.param_groups, lrs, strict=True):
                group["lr"] = lr * fraction
        ids, starts, learn = batches.pack(
            encoder, Random(f"{SEED}/{step}/{rank}"), ROWS // workers, LENGTH, tokenizer.BASE
        )
        loss = learn_step(net, optims, *(torch.from_numpy(x) for x in (ids, starts, learn)))
        mean_loss = loss if mean_loss is None else 0.95 * mean_loss + 0.05 * loss
        step += 1
        if rank == 0:
            for name, w in weights(net).items():
                average[name].lerp_(w, AVERAGED)
        now = time.monotonic()
        clock = torch.tensor([elapsed + (now - mark) / 60, float((run / "decay").exists())], dtype=torch.float64)
        dist.broadcast(clock, 0)  # one worker's watch decides for all
        elapsed, mark = float(clock[0]), now
        if clock[1] and end > elapsed + decay:
            end = elapsed + decay
        if rank == 0 and step % 20 == 0:
            speed = 20 * ROWS * LENGTH / (now - told)
            print(
                f"step {step} minutes {elapsed:.1f} loss {mean_loss:.4f} rate {fraction:.3f} {speed:.0f} tokens/s",
                flush=True,
            )
            told = now
        if rank == 0 and now - saved_at > 120:
            save(run, net, average, optims, step, elapsed)
            saved_at = now
    if rank == 0:
        save(run, net, average, optims, step, elapsed)
        print(f"done: step {step}, {step * ROWS * LENGTH / 1e6:.1f} M tokens, loss {mean_loss}", flush=True)


def learn_step(net: Network, optims: list[torch.optim.Optimizer], ids: Tensor, starts: Tensor, learn: Tensor) -> float:
    """One update on one batch: cross-entropy of the tokens that the assistant writes."""
    with torch.autocast("cpu", torch.bfloat16):
        hidden = net(ids, starts, CHUNK)
        chosen = learn[:, 1:]
        logits = net.logits(hidden[:, :-1][chosen])
    loss = nn.functional.cross_entropy(logits.float(), ids[:, 1:][chosen])
    loss.backward()
    share([p.grad for p in net.parameters()])
    for p in net.parameters():
        p.grad /= dist.get_world_size()
    nn.utils.clip_grad_norm_(net.parameters(), 1.0)
    for o in optims:
        o.step()
        o.zero_grad(set_to_none=True)
    return loss.item()


def weights(net: Network) -> dict[str, Tensor]:
    """The parameters under their own names, whether they are being rounded or not."""
    return {name.replace("parametrizations.weight.original", "weight"): w for name, w in net.state_dict().items()}


def save(
    run: Path,
    net: Network,
    average: dict[str, Tensor],
    optims: list[torch.optim.Optimizer],
    step: int,
    elapsed: float,
) -> None:
    """Replace RUN/state.pt, never leaving half a file."""
    state = {"net": weights(net), "average": average, "optims": [o.state_dict() for o in optims], "step": step}
    torch.save(state | {"elapsed": elapsed}, run / "state.part")
    (run / "state.part").replace(run / "state.pt")


def main() -> None:
    """Parse and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path)
    parser.add_argument("--minutes", type=float, default=85)
    parser.add_argument("--decay-minutes", type=float, default=15)
    parser.add_argument(
        "--full-precision", action="store_true", help="do not round weights to four bits in the decay phase"
    )
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    work = (options.workers, options.run, options.minutes, options.decay_minutes, not options.full_precision)
    mp.spawn(train, work, nprocs=options.workers)


if __name__ == "__main__":
    main()
