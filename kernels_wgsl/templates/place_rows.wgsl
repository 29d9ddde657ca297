// x[t] = rows[ids[t] - 2^31] for the ids whose top bit is set: they stand for parts of pictures; other rows are left alone
const D4 = {{ D // 4 }}u;  // quads (vec4s) of a row
const T = {{ T }}u;
const LANES = {{ LANES }}u;
const PICTURE = 0x80000000u;  // the bit that tells a row of a picture from a token
//% include "shared/control.wgsl"

@group(0) @binding(0) var<storage, read> control: array<u32>;
@group(0) @binding(1) var<storage, read> ids: array<u32>;  // [T]
@group(0) @binding(2) var<storage, read> rows: array<vec4f>;  // [A, D/4]
@group(0) @binding(3) var<storage, read_write> x: array<vec4f>;  // [T, D/4]

@compute @workgroup_size(LANES)
fn main(@builtin(global_invocation_id) thread: vec3u) {
    let token = thread.y;
    if (control[DONE] != 0u || token >= min(control[COUNT], T) || thread.x >= D4) {
        return;
    }
    let id = ids[token];
    if (id < PICTURE) {
        return;
    }
    x[token * D4 + thread.x] = rows[(id - PICTURE) * D4 + thread.x];
}
