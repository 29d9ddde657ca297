// rows[first_row + i] = merged[i] for the count / MERGE^2 rows that a picture's patches have been merged into
const D4 = {{ D // 4 }}u;  // quads (vec4s) of a row
const T = {{ T }}u;  // patches
const SQUARE = {{ MERGE * MERGE }}u;  // patches of a merged row
const LANES = {{ LANES }}u;
//% include "shared/control.wgsl"

@group(0) @binding(0) var<storage, read> control: array<u32>;
@group(0) @binding(1) var<storage, read> merged: array<vec4f>;  // [T/MERGE^2, D/4]
@group(0) @binding(2) var<storage, read_write> rows: array<vec4f>;  // [A, D/4]

@compute @workgroup_size(LANES)
fn main(@builtin(global_invocation_id) thread: vec3u) {
    let row = thread.y;
    if (control[DONE] != 0u || row >= min(control[COUNT], T) / SQUARE || thread.x >= D4) {
        return;
    }
    rows[(control[FIRST_ROW] + row) * D4 + thread.x] = merged[row * D4 + thread.x];
}
