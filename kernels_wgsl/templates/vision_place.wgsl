// x[t] += table at the place of patch t, bilinear between four entries; the picture's corners lie on the table's
const SIDE = {{ SIDE }}u;  // rows and columns of the table
const D4 = {{ D // 4 }}u;  // quads (vec4s) of a row
const MERGE = {{ MERGE }}u;  // patches of a square's side
const T = {{ T }}u;
const LANES = {{ LANES }}u;
//% include "shared/control.wgsl"

@group(0) @binding(0) var<storage, read> control: array<u32>;
@group(0) @binding(1) var<storage, read> table: array<vec4f>;  // [SIDE, SIDE, D/4]
@group(0) @binding(2) var<storage, read_write> x: array<vec4f>;  // [T, D/4]

//% include "shared/patch_place.wgsl"

@compute @workgroup_size(LANES)
fn main(@builtin(global_invocation_id) thread: vec3u) {
    let quad = thread.x;
    if (control[DONE] != 0u || thread.y >= min(control[COUNT], T) || quad >= D4) {
        return;
    }
    let grid = vec2u(control[GRID_HEIGHT], control[GRID_WIDTH]);
    let at = vec2f(patch_place(thread.y) * (SIDE - 1u)) / vec2f(max(grid, vec2u(2u)) - vec2u(1u));
    let low = min(vec2u(at), vec2u(SIDE - 1u));
    let high = min(low + vec2u(1u), vec2u(SIDE - 1u));
    let far = at - vec2f(low);
    let near = 1.0 - far;
    x[thread.y * D4 + quad] += near.x * near.y * table[(low.x * SIDE + low.y) * D4 + quad]
        + near.x * far.y * table[(low.x * SIDE + high.y) * D4 + quad]
        + far.x * near.y * table[(high.x * SIDE + low.y) * D4 + quad]
        + far.x * far.y * table[(high.x * SIDE + high.y) * D4 + quad];
}
