// x[t, :] = w[ids[t] - ROW_START, :] for the ids that lie in this piece of the embedding; other rows are left alone
const D = {{ D }}u; // columns of w
const T = {{ T }}u; // rows of x
const ROW_START = {{ ROW_START }}u; // the piece's first id
const ROWS = {{ ROWS }}u; // ids in the piece
const K = D;
const LANES = {{ LANES }}u;
//% include "shared/control.wgsl"

@group(0) @binding(0) var<storage, read> control: array<u32>;
@group(0) @binding(1) var<storage, read> ids: array<u32>; // [T]
@group(0) @binding(2) var<storage, read> w: array<vec4u>; // [ROWS/32, D/WORD, 32]
@group(0) @binding(3) var<storage, read_write> x: array<vec4f>; // [T, D]
//% include "shared/" ~ FORMAT ~ ".wgsl"

@compute @workgroup_size(LANES)
fn main(@builtin(global_invocation_id) thread: vec3u) {
    let k4 = thread.x;
    let token = thread.y;
    if (control[DONE] != 0u || token >= min(control[COUNT], T) || k4 >= D / 4u) {
        return;
    }
    let row = ids[token] - ROW_START; // wraps to a large number below the piece
    if (row >= ROWS) {
        return;
    }
    let word = w[(row / 32u * (D / WORD) + k4 / (WORD / 4u)) * 32u + row % 32u];
    x[token * (D / 4u) + k4] = quad(word, k4 % (WORD / 4u), group_scale(row, k4 / 8u));
}
