// ring[t] = target of row t, its log-softmax, and the likeliest tokens; for penalties off and temperature 0
const V = {{ V }}u;
const T = {{ T }}u;
const SAMPLE_BLOCKS = {{ SAMPLE_BLOCKS }}u;
const PLACES = {{ (V + SAMPLE_BLOCKS - 1) // SAMPLE_BLOCKS }}u;  // tokens of a block
const LANES = {{ DRAW_LANES }}u;
const TOP_K_MAX = {{ TOP_K_MAX }}u;
const TOP_LOGPROBS_MAX = {{ TOP_LOGPROBS_MAX }}u;
//% include "shared/record.wgsl"
//% include "shared/control.wgsl"

@group(0) @binding(0) var<storage, read> control: array<u32>;
@group(0) @binding(1) var<storage, read> logits: array<f32>;  // [T, V]
@group(0) @binding(2) var<storage, read> allowed: array<u32>;  // [ceil(V/32)] bits
@group(0) @binding(3) var<storage, read> blocks: array<vec4u>;  // [T, SAMPLE_BLOCKS]
@group(0) @binding(4) var<storage, read> winners: array<u32>;  // [T, TOP_K_MAX]
@group(0) @binding(5) var<storage, read> targets: array<u32>;  // [T]
@group(0) @binding(6) var<storage, read_write> candidates: array<vec2u>;  // [T, TOP_K_MAX * PLACES]
@group(0) @binding(7) var<storage, read_write> ring: array<u32>;  // [RING_SLOTS, RECORD_WORDS]

var<private> row: u32;

//% include "shared/settings.wgsl"
//% include "shared/logarithm.wgsl"
//% include "shared/ranking.wgsl"

fn winner(rank: u32) -> u32 {
    return winners[row * TOP_K_MAX + rank];
}

fn block(b: u32) -> vec4u {
    return blocks[row * SAMPLE_BLOCKS + b];
}

fn logit_of(index: u32) -> f32 {
    return logits[row * V + index];
}

fn value_of(index: u32) -> f32 {
    return select(DISALLOWED, logit_of(index), ((allowed[index / 32u] >> (index % 32u)) & 1u) != 0u);
}

fn put_candidate(slot: u32, found: vec2u) {
    candidates[row * TOP_K_MAX * PLACES + slot] = found;
}

fn candidate(slot: u32) -> vec2u {
    return candidates[row * TOP_K_MAX * PLACES + slot];
}

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
    if (control[DONE] != 0u || group.y >= min(control[COUNT], T)) {
        return;
    }
    row = group.y;
    let ranked = rank_tokens(lane, sampling().listed);
    if (lane == 0u) {
        write_record(row, targets[row], row, ranked);
    }
}
