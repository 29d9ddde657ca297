// y[t, row] = f(sum_k w[row, k] * x[t, k] + bias[row]), f the epilogue: the number itself, added to y[t, row], or a GELU of it
const K = {{ K }}u;  // columns of w, a multiple of 32
const N = {{ N }}u;  // rows of w; the last tile of 32 may end in padding
const T = {{ T }}u;  // rows of x and y
const PATCHES = {{ PATCHES }}u;  // patches of the picture that stand side by side in a row of x
const Y_STRIDE = {{ Y_STRIDE }}u;  // floats from one row of y to the next
//% include "shared/control.wgsl"

@group(0) @binding(0) var<storage, read> control: array<u32>;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;  // [T, K/4]
@group(0) @binding(2) var<storage, read> w: array<vec4u>;  // [N/32, K/WORD, 32]
@group(0) @binding(3) var<storage, read_write> y: array<f32>;  // [T, Y_STRIDE]
//% if FORMAT in ("q8", "q4")
@group(0) @binding(5) var<storage, read> bias: array<f32>;  // [N], after the scales
//% else
@group(0) @binding(4) var<storage, read> bias: array<f32>;  // [N]
//% endif
//% include "shared/" ~ FORMAT ~ ".wgsl"
//% include "shared/product.wgsl"
//% include "shared/epilogue_" ~ EPILOGUE ~ ".wgsl"

fn store_one(row: u32, token: u32, sum: f32) {
    finish(token * Y_STRIDE + row, sum + bias[row]);
}

// 64 threads: two times four tiles of 32 rows, by 16 rows of x.
@compute @workgroup_size(32, 2)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_id) thread: vec3u) {
    let first = workgroup.x * 16u;
    let end = min(control[COUNT] / PATCHES, T);
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
