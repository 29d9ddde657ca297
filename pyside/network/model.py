"""The network, top to bottom: which blocks every pass runs. A block's file says the rest of it, one dispatch per line.

``prefill`` takes a chunk of rows through the layers. ``decode`` takes the one id in ``ids`` through the layers, the head and
the sampler, which leaves the next id there: it is replayed without the host knowing the token. ``sample`` does the head and
the sampler for the last row of the chunk before it. ``head`` and ``step`` are those two up to the logits, for a host that
edits them before ``draw``. ``score`` lists the likeliest tokens after each of its rows.

A model that sees has two more. ``vision`` takes the patches of a picture through the tower, to rows that are kept.
``prefill_grid`` is ``prefill`` for a chunk in which such rows stand; chunks of text alone are ``prefill``'s, wherever they lie.

Dimension letters are those of ``kernels_wgsl/__init__.py``.
"""

from __future__ import annotations

from pyside.bundle.manifest import Manifest
from pyside.bundle.model_config import ModelConfig
from pyside.network.block import Block, Work
from pyside.network.embedding import Embedding
from pyside.network.gated_attention import GatedAttention
from pyside.network.gated_delta import GatedDelta
from pyside.network.head import Head
from pyside.network.memory import Memory
from pyside.network.mlp import Mlp
from pyside.network.norm import Norm
from pyside.network.placed_rows import PlacedRows
from pyside.network.position import Advance
from pyside.network.rows import Rows
from pyside.network.sampler import MarkPrompt, Sampler
from pyside.network.scoring import Scoring
from pyside.network.stored import Stored
from pyside.network.vision_attention import VisionAttention
from pyside.network.vision_merger import VisionMerger
from pyside.network.vision_mlp import VisionMlp
from pyside.network.vision_patches import VisionPatches
from pyside.network.weight import Weight
from pyside.plan.choice import Choice, choose
from pyside.plan.limits import Limits
from pyside.plan.plan import Pass, Plan, PlanBuilder

LAZY = (Pass.HEAD, Pass.STEP, Pass.DRAW, Pass.SCORE, Pass.MARK, Pass.PREFILL_GRID, Pass.VISION)


def passes(c: ModelConfig) -> dict[Pass, Work]:
    """What every pass runs."""
    trunk = (Embedding(c), *layers(c), Advance(c))
    head, sampler = Head(c), Sampler(c, "sample.")
    found = {
        Pass.PREFILL: Work("chunk", trunk),
        Pass.SAMPLE: Work("one", (head, sampler)),
        Pass.HEAD: Work("one", (head,)),
        Pass.DECODE: Work("one", (*trunk, head, sampler)),
        Pass.STEP: Work("one", (*trunk, head)),
        Pass.DRAW: Work("one", (sampler,)),
        Pass.SCORE: Work("scored", (Head(c, every_row=True), Scoring(c, "score."))),
        Pass.MARK: Work("chunk", (MarkPrompt(c),)),
    }
    if c.vision:
        placed = (Embedding(c), PlacedRows(c, "placed."), *layers(c, grid=True), Advance(c))
        found |= {Pass.PREFILL_GRID: Work("chunk", placed), Pass.VISION: Work("patches", tower(c))}
    return found


def layers(c: ModelConfig, grid: bool = False) -> tuple[Block, ...]:
    """All layers; ``grid``: over rows that have positions in three streams."""
    return tuple(block for i in range(len(c.layer_types)) for block in layer(c, i, grid))


def layer(c: ModelConfig, i: int, grid: bool = False) -> tuple[Block, ...]:
    """One layer: a mixer of rows and an MLP, each behind a norm and added to the residual stream."""
    at = f"layers.{i}."
    mixers: dict[str, Block] = {
        "linear_attention": GatedDelta(c, f"{at}gdn.", f"{at}linear_attn."),
        "full_attention": GatedAttention(c, f"{at}attn.", f"{at}self_attn.", index=i, grid=grid),
    }
    return (
        Norm(c, at, at, "input_norm", "input_layernorm.weight"),
        mixers[c.layer_types[i]],
        Norm(c, at, at, "post_norm", "post_attention_layernorm.weight"),
        Mlp(c, f"{at}mlp.", f"{at}mlp."),
    )


def tower(c: ModelConfig) -> tuple[Block, ...]:
    """The vision tower, from pixels to rows of the language model."""
    assert c.vision is not None, "a model without a tower"
    blocks = (
        block
        for i in range(c.vision.depth)
        for at in (f"blocks.{i}.",)
        for block in (VisionAttention(c, f"vision.{at}", at), VisionMlp(c, f"vision.{at}", at))
    )
    return (VisionPatches(c, "vision.patches."), *blocks, VisionMerger(c, "vision.merger.", "merger."))


def weights(c: ModelConfig) -> tuple[Weight, ...]:
    """Every weight of the network, once, in the order in which a token meets them; the tower's are the last."""
    blocks = (block for work in passes(c).values() for block in work.blocks)
    return tuple({weight.name: weight for block in blocks for weight in block.named_weights.values()}.values())


def compile_plan(
    manifest: Manifest,
    limits: Limits,
    *,
    chunk: int | None = None,
    context: int | None = None,
    pixels: int | None = None,
    choice: Choice | None = None,
) -> Plan:
    """The work list of a bundle on a device.

    ``chunk``: rows of a prefill pass, by default as many as scratch memory allows. ``context``: tokens that a session may
    hold, by default what the model was trained for. ``pixels``: of the largest picture that it may see, by default
    PICTURE_PIXELS. All three are cut to what the device takes. ``choice``: the form of each kernel, by default what ``choose``
    says for the device.
    Errors: BundleError for a missing or misshapen tensor, PlanError for one that the device cannot take.
    """
    plan = PlanBuilder(limits=limits)
    forms = choice or choose(limits)
    work_of = passes(manifest.model)
    memory, stored = Memory(plan, work_of, manifest, chunk, context, pixels), Stored(plan, manifest)
    for name, work in work_of.items():
        plan.begin(name)
        for block in work.blocks:
            block.run(Rows(plan, memory, stored, block, memory.rows[work.rows], forms))
    return plan.build(tuple(name for name in LAZY if name in work_of), memory.facts)
