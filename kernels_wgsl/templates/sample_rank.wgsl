// winners[r] = the block with r better ones, r < listed; better: best value larger, or equal at a lower index
const T = {{ T }}u;
const SAMPLE_BLOCKS = {{ SAMPLE_BLOCKS }}u;
const LANES = {{ LANES }}u;
const TOP_K_MAX = {{ TOP_K_MAX }}u;
const TOP_LOGPROBS_MAX = {{ TOP_LOGPROBS_MAX }}u;
//% include "shared/control.wgsl"

@group(0) @binding(0) var<storage, read> control: array<u32>;
@group(0) @binding(1) var<storage, read> blocks: array<vec4u>;  // [T, SAMPLE_BLOCKS]
@group(0) @binding(2) var<storage, read_write> winners: array<u32>;  // [T, TOP_K_MAX]

//% include "shared/settings.wgsl"

@compute @workgroup_size(LANES)
fn main(@builtin(global_invocation_id) id: vec3u) {
    let row = id.y;
    if (control[DONE] != 0u || row >= min(control[COUNT], T)) {
        return;
    }
    let listed = sampling().listed;
    let mine = blocks[row * SAMPLE_BLOCKS + id.x];
    let value = bitcast<f32>(mine.x);
    let index = (mine.z & 0xFFFFu) * SAMPLE_BLOCKS + id.x;
    var rank = 0u;
    for (var b = 0u; b < SAMPLE_BLOCKS && rank < listed; b++) {  // most blocks are out after a few better ones
        let other = blocks[row * SAMPLE_BLOCKS + b];
        let other_value = bitcast<f32>(other.x);
        rank += u32(other_value > value || (other_value == value && (other.z & 0xFFFFu) * SAMPLE_BLOCKS + b < index));
    }
    if (rank < listed) {
        winners[row * TOP_K_MAX + rank] = id.x;
    }
}
