// y = (sum_s e^(m_s - m) output_s) / (sum_s e^(m_s - m) sum_s) * sigmoid(gate), splits in order, m = max_s m_s
const HQ = {{ HQ }}u;
const DH = {{ DH }}u;
const SPLITS = {{ SPLITS }}u;
const LANES = {{ LANES }}u;
const SENTINEL = -1e38;  // of a split without keys
//% include "shared/control.wgsl"

@group(0) @binding(0) var<storage, read> control: array<u32>;
@group(0) @binding(1) var<storage, read> partials: array<f32>;  // [Hq, SPLITS, Dh + 2]
@group(0) @binding(2) var<storage, read> qkv: array<f32>;  // starts with (query, gate) [Hq, 2, Dh]
@group(0) @binding(3) var<storage, read_write> y: array<f32>;  // [Hq, Dh]

//% include "shared/gates.wgsl"

@compute @workgroup_size(LANES)
fn main(@builtin(global_invocation_id) id: vec3u) {
    if (control[DONE] != 0u || control[COUNT] == 0u || id.x >= HQ * DH) {
        return;
    }
    let head = id.x / DH;
    let dim = id.x % DH;
    var highest = SENTINEL;
    for (var split = 0u; split < SPLITS; split++) {
        highest = max(highest, partials[(head * SPLITS + split) * (DH + 2u) + DH]);
    }
    var output = 0.0;
    var sum = 0.0;
    for (var split = 0u; split < SPLITS; split++) {
        let at = (head * SPLITS + split) * (DH + 2u);
        let weight = exp(partials[at + DH] - highest);
        output += weight * partials[at + dim];
        sum += weight * partials[at + DH + 1u];
    }
    y[id.x] = output / sum * sigmoid(qkv[(2u * head + 1u) * DH + dim]);
}
