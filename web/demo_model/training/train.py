"""Trains the demo model, language and eyes together, on the generated conversations; resumable, and stoppable at any time.

    python -m web.demo_model.training.train RUN --from web/demo_model/checkpoint --steps 20000 --decay-steps 4000

The first start copies the tokenizer of the checkpoint into RUN and its weights into the network; what it lacks, the eyes
perhaps, begins at random. Without ``--from`` RUN must hold a tokenizer (tokenizer.py writes it) and everything begins at
random. Every few minutes RUN/state.pt is replaced; the same command goes on from there, and a new number of steps counts.
RUN/pid holds the process: SIGSTOP pauses it, SIGCONT lets it go on, SIGTERM saves and ends. The learning rate is constant
after a short warm-up and falls to zero in the last ``--decay-steps``; creating the file RUN/decay starts that fall at once.
RUN/log.jsonl has the loss, of text and about pictures, and every ``EXAM_EVERY`` steps the held-out marks by skill.
Matrices are trained with Muon (Jordan 2024), everything else with AdamW. In the second half of the decay the language's
forward pass sees weights rounded to four bits, so that the shipped q4 bundle loses little.

Needs torch 2.13, tokenizers 0.23, safetensors 0.7, numpy, jinja2. With bfloat16 autocast some 2,500 tokens/s on one core.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import time
from pathlib import Path
from random import Random
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn.utils import parametrize

from . import batches, exam, export, tokenizer
from .model import Seeing, Shape
from .questions import questions
from .schedule import last_step, rate
from .tower import Eyes

ROWS, LENGTH, CHUNK = 8, 512, 32
SEED = 20261125
AVERAGED = 0.01  # share of each step in the running average of the weights
EXAM_EVERY, PER_SKILL = 1000, 12
SAVE_EVERY = 180  # seconds


class Muon(torch.optim.Optimizer):
    """Momentum whose matrix updates are orthogonalised by a quintic Newton-Schulz iteration."""

    def __init__(self, parameters: list[Tensor], lr: float, momentum: float = 0.95, decay: float = 0.02) -> None:
        super().__init__(parameters, {"lr": lr, "momentum": momentum, "decay": decay})

    @torch.no_grad()
    def step(self) -> None:  # type: ignore[override]
        """Update every matrix."""
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:  # no picture in this batch
                    continue
                state = self.state[p]
                if "velocity" not in state:
                    state["velocity"] = torch.zeros_like(p)
                velocity = state["velocity"].lerp_(p.grad, 1 - group["momentum"])
                update = orthogonalise(p.grad.lerp(velocity, group["momentum"]))
                p.mul_(1 - group["lr"] * group["decay"])
                p.add_(update, alpha=-group["lr"] * max(1.0, p.shape[0] / p.shape[1]) ** 0.5)


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


def optimisers(net: Seeing) -> list[torch.optim.Optimizer]:
    """Muon for the matrices inside trunk and tower, AdamW for embeddings, gates, convolutions, norms and biases."""
    matrices, rest = [], []
    for name, p in net.named_parameters():
        wide = p.ndim == 2 and not any(part in name for part in ("embed", "in_proj_a", "in_proj_b"))
        (matrices if wide else rest).append(p)
    return [Muon(matrices, lr=0.015), torch.optim.AdamW(rest, lr=0.003, betas=(0.9, 0.98), weight_decay=0.0)]


class Run:
    """One training on disk and in memory."""

    def __init__(self, folder: Path, start: Path | None, compiled: bool = False) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        if start and not (folder / "tokenizer.json").exists():
            shutil.copyfile(start / "tokenizer.json", folder / "tokenizer.json")
        torch.manual_seed(SEED)
        self.net = Seeing(Shape(tokenizer.ROWS), Eyes())
        self.step, self.seconds = 0, 0.0
        self.optims = optimisers(self.net)
        self.peaks = [[group["lr"] for group in o.param_groups] for o in self.optims]
        self.encoder = batches.Encoder(folder)
        self.average: dict[str, Tensor] = {}
        if (folder / "state.pt").exists():
            self._load()
        elif start:
            known = {export.inner(name): w.float() for name, w in load_file(start / export.WEIGHTS).items()}
            self.net.load_state_dict(self.net.state_dict() | known)
        self.average = self.average or {name: w.clone() for name, w in weights(self.net).items()}
        if compiled:
            for layer in self.net.language.layers:
                layer.compile(dynamic=False)

    def _load(self) -> None:
        saved = torch.load(self.folder / "state.pt")
        self.net.load_state_dict(saved["net"])
        for o, state in zip(self.optims, saved["optims"], strict=True):
            o.load_state_dict(state)
        self.step, self.seconds, self.average = saved["step"], saved["seconds"], saved["average"]

    def save(self) -> None:
        """Replace state.pt, never leaving half a file."""
        state = {"net": weights(self.net), "average": self.average, "optims": [o.state_dict() for o in self.optims]}
        torch.save(state | {"step": self.step, "seconds": self.seconds}, self.folder / "state.part")
        (self.folder / "state.part").replace(self.folder / "state.pt")

    def log(self, **entry: Any) -> None:
        """Append one line to log.jsonl and print it."""
        line = json.dumps({"step": self.step, "cpu_hours": round(self.seconds / 3600, 3), **entry})
        with (self.folder / "log.jsonl").open("a", encoding="utf-8") as file:
            file.write(line + "\n")
        print(line, flush=True)

    def round_weights(self) -> None:
        """From here on the language's forward pass sees four bits."""
        torch.compiler.reset()  # what was compiled of each layer is of no use any more, and their number is limited
        for module in self.net.language.layers.modules():
            if isinstance(module, nn.Linear) and module.out_features >= 32:
                parametrize.register_parametrization(module, "weight", FourBits())

    def logits(self, batch: batches.Batch) -> Tensor:
        """Logits [L, V] of the tokens to be learned."""
        ids, starts, positions = (torch.from_numpy(x) for x in (batch.ids, batch.starts, batch.positions))
        with torch.autocast("cpu", torch.bfloat16):
            hidden = self.net(ids, starts, positions, batch.pictures, CHUNK)
            return self.net.language.logits(hidden[:, :-1][torch.from_numpy(batch.learn)[:, 1:]]).float()

    def learn(self, fraction: float) -> dict[str, float]:
        """One update; mean loss of the tokens that the assistant writes, in conversations without and with pictures."""
        for o, lrs in zip(self.optims, self.peaks, strict=True):
            for group, lr in zip(o.param_groups, lrs, strict=True):
                group["lr"] = lr * fraction
        samples = batches.endless(self.encoder, Random(f"{SEED}/{self.step}"))
        batch = batches.pack(samples, ROWS, LENGTH, tokenizer.BASE)
        chosen = torch.from_numpy(batch.learn)
        losses = nn.functional.cross_entropy(self.logits(batch), torch.from_numpy(batch.ids)[chosen], reduction="none")
        losses.mean().backward()
        nn.utils.clip_grad_norm_(self.net.parameters(), 1.0)
        for o in self.optims:
            o.step()
            o.zero_grad(set_to_none=True)
        pictured = torch.zeros_like(chosen)
        for sample, row, at in batch.placed:
            pictured[row, at : at + len(sample.ids)] = bool(sample.pictures)
        about = pictured[chosen]
        self.step += 1
        for name, w in weights(self.net).items():
            self.average[name].lerp_(w, AVERAGED)
        means = {"text": losses[~about], "pictures": losses[about]}
        return {name: float(part.detach().mean()) for name, part in means.items() if len(part)}

    def examine(self) -> None:
        """Log the held-out marks of the weights as they are: per skill, and together."""
        with torch.compiler.set_stance("force_eager"):  # its batches have many shapes
            marks = exam.examine(self.logits, self.encoder, questions(PER_SKILL, thinking=False))
        right, asked = (sum(mark[i] for mark in marks.values()) for i in (0, 1))
        self.log(held_out=round(right / asked, 4), skills={s: round(r / n, 2) for s, (r, n) in sorted(marks.items())})


def weights(net: Seeing) -> dict[str, Tensor]:
    """The parameters under their own names, whether they are being rounded or not."""
    return {name.replace("parametrizations.weight.original", "weight"): w for name, w in net.state_dict().items()}


def train(run: Run, steps: int, decay: int, quantize: bool) -> None:
    """Learn until the rate is zero or SIGTERM comes."""
    ended = False

    def end(*_: object) -> None:
        nonlocal ended
        ended = True

    signal.signal(signal.SIGTERM, end)
    mean: dict[str, float] = {}
    saved, told, spent = time.monotonic(), run.step, time.process_time()
    rounding = False
    while (fraction := rate(run.step, last := last_step(run.folder, run.step, steps, decay), decay)) > 0 and not ended:
        if quantize and not rounding and last - run.step <= decay // 2:
            rounding = True
            run.round_weights()
        for name, loss in run.learn(fraction).items():
            mean[name] = 0.98 * mean.get(name, loss) + 0.02 * loss
        now, before = time.process_time(), spent
        run.seconds, spent = run.seconds + now - before, now
        if run.step % 50 == 0:
            run.log(loss={name: round(loss, 4) for name, loss in mean.items()}, rate=round(fraction, 3))
        if run.step % EXAM_EVERY == 0:
            run.examine()
        if time.monotonic() - saved > SAVE_EVERY:
            run.save()
            saved = time.monotonic()
    run.save()
    if run.step > told and not ended:
        run.examine()


def main() -> None:
    """Parse and run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path)
    parser.add_argument("--from", dest="start", type=Path, help="a checkpoint to begin with")
    parser.add_argument("--steps", type=int, default=20_000)
    parser.add_argument("--decay-steps", type=int, default=4_000)
    parser.add_argument("--full-precision", action="store_true", help="do not round weights to four bits in the decay")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--compile", action="store_true", help="a quarter faster, after a minute; wants a C++ compiler")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    run = Run(options.run, options.start, options.compile)
    (options.run / "pid").write_text(f"{os.getpid()}\n", encoding="utf-8")
    train(run, options.steps, options.decay_steps, not options.full_precision)


if __name__ == "__main__":
    main()
