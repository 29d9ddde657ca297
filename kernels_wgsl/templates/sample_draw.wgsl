// id = r-th best token, r the first with sum_{i<=r} e^(v_i - v_0) > u * mass, over the nucleus; or the noisy best; or, greedy, the best
const V = {{ V }}u;
const SAMPLE_BLOCKS = {{ SAMPLE_BLOCKS }}u;
const PLACES = {{ (V + SAMPLE_BLOCKS - 1) // SAMPLE_BLOCKS }}u;  // tokens of a block
const LANES = {{ DRAW_LANES }}u;
const TOP_K_MAX = {{ TOP_K_MAX }}u;
const TOP_LOGPROBS_MAX = {{ TOP_LOGPROBS_MAX }}u;
const RING_SLOTS = {{ RING_SLOTS }}u;
//% include "shared/record.wgsl"
//% include "shared/control.wgsl"

@group(0) @binding(0) var<storage, read_write> control: array<u32>;
@group(0) @binding(1) var<storage, read> logits: array<f32>;  // [V]
@group(0) @binding(2) var<storage, read_write> seen: array<u32>;  // [V]
@group(0) @binding(3) var<storage, read> allowed: array<u32>;  // [ceil(V/32)] bits
@group(0) @binding(4) var<storage, read> blocks: array<vec4u>;  // [SAMPLE_BLOCKS]
@group(0) @binding(5) var<storage, read_write> work: array<u32>;  // [TOP_K_MAX] winners, [TOP_K_MAX * PLACES, 2] candidates
@group(0) @binding(6) var<storage, read_write> ring: array<u32>;  // [RING_SLOTS, RECORD_WORDS]
@group(0) @binding(7) var<storage, read_write> ids: array<u32>;  // [T]

var<workgroup> sh_done: u32;
var<workgroup> sh_noisy: array<vec2u, LANES>;  // per lane: bits of the best noisy value, its index

//% include "shared/settings.wgsl"
//% include "shared/sampling.wgsl"
//% include "shared/random.wgsl"
//% include "shared/logarithm.wgsl"
//% include "shared/ranking.wgsl"

fn winner(rank: u32) -> u32 {
    return work[rank];
}

fn block(b: u32) -> vec4u {
    return blocks[b];
}

fn logit_of(index: u32) -> f32 {
    return logits[index];
}

fn value_of(index: u32) -> f32 {
    if (!is_allowed(index)) {
        return DISALLOWED;
    }
    return adjusted(sampling(), logits[index], seen[index]);
}

fn put_candidate(slot: u32, found: vec2u) {
    work[TOP_K_MAX + 2u * slot] = found.x;
    work[TOP_K_MAX + 2u * slot + 1u] = found.y;
}

fn candidate(slot: u32) -> vec2u {
    return vec2u(work[TOP_K_MAX + 2u * slot], work[TOP_K_MAX + 2u * slot + 1u]);
}

fn noisy_best(lane: u32) -> vec2u {
    var best = vec2u(bitcast<u32>(NOWHERE), 0u);
    for (var b = lane; b < SAMPLE_BLOCKS; b += LANES) {
        let found = blocks[b];
        if (bitcast<f32>(found.y) > bitcast<f32>(best.x)) {
            best = vec2u(found.y, (found.z >> 16u) * SAMPLE_BLOCKS + b);
        }
    }
    return best;
}

fn best_of_lanes() -> u32 {
    var best = sh_noisy[0];
    for (var i = 1u; i < LANES; i++) {
        if (bitcast<f32>(sh_noisy[i].x) > bitcast<f32>(best.x)) {
            best = sh_noisy[i];
        }
    }
    return best.y;
}

fn weight(rank: u32) -> f32 {
    return exp(sh_value[rank] - sh_value[0]);
}

// The rank drawn from the first ``kept`` ones: cut by top-p, then by min-p, then by a uniform number.
fn drawn_rank(kept: u32) -> u32 {
    let top_p = bitcast<f32>(control[TOP_P]);
    let min_p = bitcast<f32>(control[MIN_P]);
    var total = 0.0;
    for (var rank = 0u; rank < kept; rank++) {
        total += weight(rank);
    }
    var mass = 1.0;  // of the best, which always stays
    var nucleus = 1u;
    while (nucleus < kept) {
        let next = weight(nucleus);
        if ((top_p < 1.0 && mass >= top_p * total) || next < min_p) {
            break;
        }
        mass += next;
        nucleus++;
    }
    let mark = uniform(random_word(control[SEED], control[STEP])) * mass;
    var below = 1.0;
    var rank = 0u;
    while (below <= mark && rank + 1u < nucleus) {
        rank++;
        below += weight(rank);
    }
    return rank;
}

fn is_stop(id: u32) -> bool {
    for (var i = 0u; i < min(control[STOP_COUNT], 8u); i++) {
        if (control[STOP_0 + i] == id) {
            return true;
        }
    }
    return false;
}

@compute @workgroup_size(LANES)
fn main(@builtin(local_invocation_index) lane: u32) {
    if (lane == 0u) {
        sh_done = control[DONE];
    }
    if (workgroupUniformLoad(&sh_done) != 0u) {
        return;
    }
    let asked = sampling();
    sh_noisy[lane] = noisy_best(lane);
    let ranked = rank_tokens(lane, asked.listed);
    if (lane != 0u) {
        return;
    }
    var id = 0u;
    if (asked.noisy) {
        id = best_of_lanes();
    } else {
        id = sh_index[drawn_rank(min(asked.kept, ranked))];
    }
    let step = control[STEP];
    write_record(step % RING_SLOTS, id, step, ranked);
    seen[id] += 1u;
    ids[0] = id;
    let remaining = max(control[REMAINING], 1u) - 1u;
    control[REMAINING] = remaining;
    control[STEP] = step + 1u;
    control[COUNT] = 1u;
    control[DONE] = u32(remaining == 0u || is_stop(id));
}
