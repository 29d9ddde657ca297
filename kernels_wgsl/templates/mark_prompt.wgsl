// seen[ids[t]] |= 2^31: the repetition penalty counts tokens of the prompt
const V = {{ V }}u;
const T = {{ T }}u;
const LANES = {{ LANES }}u;
//% include "shared/control.wgsl"

@group(0) @binding(0) var<storage, read> control: array<u32>;
@group(0) @binding(1) var<storage, read> ids: array<u32>;  // [T]
@group(0) @binding(2) var<storage, read_write> seen: array<atomic<u32>>;  // [V]

@compute @workgroup_size(LANES)
fn main(@builtin(global_invocation_id) id: vec3u) {
    if (control[DONE] != 0u || id.x >= min(control[COUNT], T) || ids[id.x] >= V) {
        return;
    }
    atomicOr(&seen[ids[id.x]], 0x80000000u);
}
