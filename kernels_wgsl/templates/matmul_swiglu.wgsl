// y[t, row] = silu(g) * u with g, u = sum_k w[...] * x[t, k] of the row's gate and up weights, in neighbouring tiles
const K = {{ K }}u; // columns of w, a multiple of 32
const F = {{ F }}u; // columns that are written; w has 2*F rows: 32 gate rows, 32 up rows, and so on
const T = {{ T }}u; // rows of x and y
const Y_STRIDE = {{ Y_STRIDE }}u; // floats from one row of y to the next
//% include "shared/control.wgsl"

@group(0) @binding(0) var<storage, read> control: array<u32>;
@group(0) @binding(1) var<storage, read> x: array<vec4f>; // [T, K]
@group(0) @binding(2) var<storage, read> w: array<vec4u>; // [2*F/32, K/WORD, 32]
@group(0) @binding(3) var<storage, read_write> y: array<f32>; // [T, Y_STRIDE]
//% include "shared/" ~ FORMAT ~ ".wgsl"
//% include "shared/product.wgsl"
//% include "shared/gates.wgsl"

fn store_one(row: u32, token: u32, value: f32) {
    y[token * Y_STRIDE + row] = value;
}

fn gated(gate: mat4x4f, up: mat4x4f) -> mat4x4f {
    return mat4x4f(
        silu_four(gate[0]) * up[0],
        silu_four(gate[1]) * up[1],
        silu_four(gate[2]) * up[2],
        silu_four(gate[3]) * up[3],
    );
}

fn silu_four(z: vec4f) -> vec4f {
    return vec4f(silu(z.x), silu(z.y), silu(z.z), silu(z.w));
}

// 64 threads: two times four tiles of 32 rows (gate, up, gate, up), by 16 tokens.
@compute @workgroup_size(32, 2)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_id) thread: vec3u) {
    let first = workgroup.x * 16u;
    let end = min(control[COUNT], T);
    if (control[DONE] != 0u || first >= end) {
        return;
    }
    let rows = (workgroup.y * 2u + thread.y) * 64u + thread.x + vec2u(0u, 32u);
    let live = min(rows, vec2u(F - 1u));
    let gates = live / 32u * 64u + live % 32u;
    let sums = product(vec4u(gates, gates + 32u), first);
    if (rows.x < F) {
        store(rows.x, first, end, gated(sums.a, sums.c));
    }
    if (rows.y < F) {
        store(rows.y, first, end, gated(sums.b, sums.d));
    }
}
