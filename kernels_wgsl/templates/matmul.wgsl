// y[t, row] = sum_k w[row, k] * x[t, k]; with EPILOGUE "add" the sum is added to y[t, row]
const K = {{ K }}u; // columns of w, a multiple of 32
const N = {{ N }}u; // rows of w; the last tile of 32 may end in padding
const T = {{ T }}u; // rows of x and y
const Y_STRIDE = {{ Y_STRIDE }}u; // floats from one row of y to the next
//% include "shared/control.wgsl"

@group(0) @binding(0) var<storage, read> control: array<u32>;
@group(0) @binding(1) var<storage, read> x: array<vec4f>; // [T, K]
@group(0) @binding(2) var<storage, read> w: array<vec4u>; // [N/32, K/WORD, 32]
@group(0) @binding(3) var<storage, read_write> y: array<f32>; // [T, Y_STRIDE]
//% include "shared/" ~ FORMAT ~ ".wgsl"
//% include "shared/product.wgsl"

fn store_one(row: u32, token: u32, sum: f32) {
    let at = token * Y_STRIDE + row;
//% if EPILOGUE == "add"
    y[at] += sum;
//% else
    y[at] = sum;
//% endif
}

// 64 threads: two times four tiles of 32 rows, by 16 tokens.
@compute @workgroup_size(32, 2)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_id) thread: vec3u) {
    let first = workgroup.x * 16u;
    let end = min(control[COUNT], T);
    if (control[DONE] != 0u || first >= end) {
        return;
    }
    let rows = (workgroup.y * 2u + thread.y) * 128u + thread.x + vec4u(0u, 32u, 64u, 96u);
    let sums = product(min(rows, vec4u(N - 1u)), first);
    if (rows.x < N) {
        store(rows.x, first, end, sums.a);
    }
    if (rows.y < N) {
        store(rows.y, first, end, sums.b);
    }
    if (rows.z < N) {
        store(rows.z, first, end, sums.c);
    }
    if (rows.w < N) {
        store(rows.w, first, end, sums.d);
    }
}
