"""The network, top to bottom, as a Plan: what Qwen3.5 computes (spec qwen3_5 §3), one dispatch per line.

``prefill`` takes a chunk of rows through the layers. ``decode`` takes the one id in ``ids`` through the layers, the head and
the sampler, which leaves the next id there: it is replayed without the host knowing the token. ``sample`` does the head and
the sampler for the last row of the chunk before it. ``head`` and ``step`` are those two up to the logits, for a host that
edits them before ``draw``. ``score`` lists the likeliest tokens after each of its rows.

Dimension letters are those of ``kernels_wgsl/__init__.py``. In a line, capital keywords are constants of the kernel (those
that every line shares come from ``_Rows``), small ones are its bindings.
"""

from __future__ import annotations

from kernels_wgsl.catalog import CATALOG
from kernels_wgsl.catalog.matrix import MATVEC_ROWS
from kernels_wgsl.catalog.spec import Value
from kernels_wgsl.formats import GROUP, ROW_TILE
from pyside.bundle.manifest import Manifest
from pyside.network.memory import SPLITS, Memory, Weight
from pyside.plan.limits import Limits
from pyside.plan.plan import Pass, Plan, PlanBuilder, View

LAZY = (Pass.HEAD, Pass.STEP, Pass.DRAW, Pass.SCORE, Pass.MARK)
MATVEC_THREADS = 8192  # a matvec with fewer threads lets up to MATVEC_SLICES of them share a row
MATVEC_SLICES = 32
MATVEC_GROUP = 128  # threads of a workgroup as far as MATVEC_SPAN allows: many small ones reach more of a GPU's cores
MATVEC_SPAN = 8, ROW_TILE  # least and most: eight words of 16 bytes side by side fill a cache line
DELTA_THREADS = 16_384  # the same for the delta rule, whose threads share the keys of a value column
DELTA_SLICES = 4


def compile_plan(manifest: Manifest, limits: Limits, *, chunk: int | None = None, context: int | None = None) -> Plan:
    """The work list of a bundle on a device.

    ``chunk``: rows of a prefill pass, by default as many as scratch memory allows. ``context``: tokens that a session may
    hold, by default what the model was trained for; both are cut to what the device takes.
    Errors: BundleError for a missing or misshapen tensor, PlanError for one that the device cannot take.
    """
    plan = PlanBuilder(limits=limits)
    memory = Memory(plan, manifest, chunk, context)
    chunk_rows, one_row, score_rows = (_Rows(memory, rows) for rows in (memory.chunk, 1, memory.score_rows))

    plan.begin(Pass.PREFILL)
    _embed(chunk_rows)
    _layers(chunk_rows)
    for name in (Pass.SAMPLE, Pass.HEAD):
        plan.begin(name)
        _last_norm(one_row)
        _head(one_row)
        if name == Pass.SAMPLE:
            _draw(one_row)
    for name in (Pass.DECODE, Pass.STEP):
        plan.begin(name)
        _embed(one_row)
        _layers(one_row)
        _last_norm(one_row)
        _head(one_row)
        if name == Pass.DECODE:
            _draw(one_row)
    plan.begin(Pass.DRAW)
    _draw(one_row)
    plan.begin(Pass.SCORE)
    _score(score_rows)
    plan.begin(Pass.MARK)
    _mark(chunk_rows)
    return plan.build(LAZY, memory.facts())


# fmt: off
def _embed(n: _Rows) -> None:
    m = n.memory
    for name, start, weight in m.pieces("embed"):
        n("embed", name, ids=m.ids, x=m.x, FORMAT=weight.format, ROW_START=start, ROWS=weight.rows, **weight.bindings)  # [T, D]


def _layers(n: _Rows) -> None:
    m = n.memory
    for i, kind in enumerate(m.config.layer_types):
        layer = f"layers.{i}"
        n("rmsnorm", f"{layer}.input_norm", x=m.x, w=m.plain(f"{layer}.input_norm", n.D), y=m.h)              # [T, D]
        if kind == "linear_attention":
            _linear_attention(n, i)
        else:
            _full_attention(n, i)
        n("rmsnorm", f"{layer}.post_norm", x=m.x, w=m.plain(f"{layer}.post_norm", n.D), y=m.h)                # [T, D]
        _mlp(n, i)
    n("advance", "advance")                                                                                   # position += count


def _linear_attention(n: _Rows, i: int) -> None:
    """Gated DeltaNet (spec §3.3)."""
    m, gdn = n.memory, f"layers.{i}.gdn"
    conv, gates, norm = m.plain(f"{gdn}.conv", n.C, 4), m.plain(f"{gdn}.gates", 2, n.HV), m.plain(f"{gdn}.norm", n.DV)
    n.linear(f"{gdn}.in_proj", n.C + n.HV * n.DV, n.D, x=m.h, y=m.u)                                          # [T, C + Hv*Dv] q, k, v, z
    n.linear(f"{gdn}.in_proj_ba", 2 * n.HV, n.D, x=m.h, y=m.ba)                                               # [T, 2*Hv] b, a
    n("conv_silu", f"{gdn}.conv", u=m.u, w=conv, history=m.conv_state[i], y=m.qkv)                            # [T, C]
    n("delta_prepare", f"{gdn}.prepare", qkv=m.qkv, ba=m.ba, gates=gates, decay_beta=m.decay_beta)            # [T, Hv, 2]
    n("delta_rule", f"{gdn}.rule", qkv=m.qkv, decay_beta=m.decay_beta, state=m.delta_state[i], y=m.o)         # [T, Hv, Dv]
    n("gated_norm", f"{gdn}.norm", o=m.o, u=m.u, w=norm, y=m.mixed)                                           # [T, Hv*Dv]
    n.linear(f"{gdn}.out_proj", n.D, n.HV * n.DV, x=m.mixed, y=m.x, EPILOGUE="add")                           # [T, D] residual


def _full_attention(n: _Rows, i: int) -> None:
    """Gated attention (spec §3.2)."""
    m, attn = n.memory, f"layers.{i}.attn"
    q_norm, k_norm = m.plain(f"{attn}.q_norm", n.DH), m.plain(f"{attn}.k_norm", n.DH)
    k, v = m.k_cache[i], m.v_cache[i]
    n.linear(f"{attn}.in_proj", m.config.qkv_width, n.D, x=m.h, y=m.u)                                        # [T, Hq*2*Dh + 2*Hkv*Dh]
    n("attention_prepare", f"{attn}.prepare", qkv=m.u, q_norm=q_norm, k_norm=k_norm, q=m.q, k_cache=k, v_cache=v)  # [T, Hq*Dh]
    if n.T == 1:
        n("attention_decode", f"{attn}.decode", q=m.q, k_cache=k, v_cache=v, partials=m.partials)             # [Hq, SPLITS, Dh+2]
        n("attention_merge", f"{attn}.merge", partials=m.partials, qkv=m.u, y=m.mixed)                        # [Hq*Dh]
    else:
        n("attention_prefill", f"{attn}.prefill", q=m.q, k_cache=k, v_cache=v, qkv=m.u, y=m.mixed)            # [T, Hq*Dh]
    n.linear(f"{attn}.out_proj", n.D, n.HQ * n.DH, x=m.mixed, y=m.x, EPILOGUE="add")                          # [T, D] residual


def _mlp(n: _Rows, i: int) -> None:
    """silu(gate) * up, then down (spec §3.1)."""
    m, mlp = n.memory, f"layers.{i}.mlp"
    n.linear(f"{mlp}.gate_up", 2 * n.F, n.D, x=m.h, y=m.act, suffix="_swiglu")                                # [T, F]
    n.linear(f"{mlp}.down", n.D, n.F, x=m.act, y=m.x, EPILOGUE="add")                                         # [T, D] residual


def _last_norm(n: _Rows) -> None:
    m = n.memory
    n("rmsnorm", "final_norm", x=m.x, w=m.plain("final_norm", n.D), y=m.h, LAST=1)                            # [D]


def _head(n: _Rows) -> None:
    m = n.memory
    for name, start, weight in m.pieces("embed" if m.config.tie_word_embeddings else "head"):
        logits = m.logits.at(4 * start, 4 * weight.rows)
        n.product(f"head of {name}", weight, x=m.h, y=logits)                                                 # [V]


def _draw(n: _Rows) -> None:
    """Penalties, temperature, top-k, top-p, min-p, one draw; ``ids[0]`` is the next id (spec §6.4)."""
    m = n.memory
    n("sample_scan", "sample.scan", logits=m.logits, seen=m.seen, allowed=m.allowed, blocks=m.blocks)         # [B, 4]
    n("sample_rank", "sample.rank", blocks=m.blocks, winners=m.work)                                          # [TOP_K_MAX]
    n("sample_draw", "sample.draw", logits=m.logits, seen=m.seen, allowed=m.allowed, blocks=m.blocks,
      work=m.work, ring=m.ring, ids=m.ids)                                                                    # [1]


def _score(n: _Rows) -> None:
    m = n.memory
    n("rmsnorm", "final_norm", x=m.x, w=m.plain("final_norm", n.D), y=m.h)                                    # [T, D]
    for name, start, weight in m.pieces("embed" if m.config.tie_word_embeddings else "head"):
        logits = m.score_logits.at(4 * start, m.score_logits.bytes - 4 * start)
        n.product(f"head of {name}", weight, x=m.h, y=logits, Y_STRIDE=n.V)                                   # [T, V]
    n("sample_scan", "score.scan", logits=m.score_logits, seen=m.seen, allowed=m.allowed, blocks=m.score_blocks)  # [T, B, 4]
    n("sample_rank", "score.rank", blocks=m.score_blocks, winners=m.score_winners)                            # [T, TOP_K_MAX]
    n("score_list", "score.list", logits=m.score_logits, allowed=m.allowed, blocks=m.score_blocks, winners=m.score_winners,
      targets=m.targets, candidates=m.score_candidates, ring=m.ring)                                          # [T, RECORD_WORDS]


def _mark(n: _Rows) -> None:
    m = n.memory
    n("mark_prompt", "mark", ids=m.ids, seen=m.seen)                                                          # [V]
# fmt: on


class _Rows:
    """Writes dispatches for passes of T rows: the control buffer and the constants that the config implies are filled in."""

    def __init__(self, memory: Memory, rows: int) -> None:
        self.memory = memory
        c = memory.config
        self.T = rows
        self.D, self.F, self.V, self.C = c.hidden_size, c.intermediate_size, c.vocab_size, c.conv_channels
        self.HK, self.HV = c.linear_num_key_heads, c.linear_num_value_heads
        self.DK, self.DV = c.linear_key_head_dim, c.linear_value_head_dim
        self.HQ, self.HKV, self.DH = c.num_attention_heads, c.num_key_value_heads, c.head_dim
        self.shared: dict[str, Value] = {
            **{key: value for key, value in vars(self).items() if key.isupper()},
            "EPS": c.rms_norm_eps, "ROTARY": c.rotary_dim, "ROPE_THETA": c.rope_theta, "KV": memory.kv, "SPLITS": SPLITS,
            "U_STRIDE": memory.u_stride, "Z_OFFSET": c.conv_channels, "LAST": 0,
            "SLICES": self._slices(DELTA_THREADS, self.HV * self.DV, DELTA_SLICES, self.DK // 4),
        }  # fmt: skip

    def __call__(self, kernel: str, label: str, **words: View | Value) -> None:
        """One dispatch."""
        bindings = {key: value for key, value in words.items() if isinstance(value, View)}
        own = {key: value for key, value in words.items() if not isinstance(value, View)}
        known = self.shared | own
        constants = {key: known[key] for key in CATALOG[kernel].constants}
        self.memory.builder.dispatch(kernel, label, constants, control=self.memory.control, **bindings)

    def linear(self, name: str, rows: int, columns: int, *, x: View, y: View, **own: Value) -> None:
        """y = W x for every row with the matrix ``name``; its label is its name."""
        self.product(name, self.memory.matrix(name, rows, columns), x=x, y=y, **own)

    def product(self, label: str, weight: Weight, *, x: View, y: View, suffix: Value = "", **own: Value) -> None:
        """y = W x for every row: a matvec for one row, a matmul for more; ``suffix`` ends the kernel's name."""
        kernel = f"{'matvec' if self.T == 1 else 'matmul'}{suffix}"
        slices = self._slices(MATVEC_THREADS, weight.rows // MATVEC_ROWS, MATVEC_SLICES, weight.columns // GROUP)
        least, most = MATVEC_SPAN
        # On a CPU a thread's four rows lie within one run of 512 bytes: its caches miss less.
        span = least if self.memory.builder.limits.software else max(least, min(most, MATVEC_GROUP // slices))
        usual: dict[str, Value] = {
            "FORMAT": weight.format, "K": weight.columns, "N": weight.rows, "Y_STRIDE": weight.rows, "EPILOGUE": "store",
            "SPAN": span, "SLICES": slices,
        }  # fmt: skip
        self(kernel, label, x=x, y=y, **weight.bindings, **(usual | own))

    def _slices(self, wanted: int, threads: int, most: int, units: int) -> int:
        """Threads that share one sum: up to ``most``, as many as it takes to keep a GPU busy, each with as many units."""
        slices = 1
        while (
            not self.memory.builder.limits.software
            and threads * slices < wanted
            and slices < most
            and units % (2 * slices) == 0
        ):
            slices *= 2
        return slices
