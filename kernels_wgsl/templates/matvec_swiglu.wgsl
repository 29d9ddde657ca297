// y[row] = silu(g) * u with g, u = sum_k w[...] * x[k] of the row's gate and up weights, which lie in neighbouring tiles
const K = {{ K }}u; // columns of w, a multiple of 32
const F = {{ F }}u; // rows of y; w has 2*F: 32 gate rows, 32 up rows, and so on
const SPAN = {{ SPAN }}u; // neighbouring rows of y that neighbouring threads own: a thread has two, SPAN apart
const SLICES = {{ SLICES }}u; // shares of K, each summed by SPAN threads of the workgroup
//% include "shared/control.wgsl"

@group(0) @binding(0) var<storage, read> control: array<u32>;
@group(0) @binding(1) var<storage, read> x: array<vec4f>; // [K]
@group(0) @binding(2) var<storage, read> w: array<vec4u>; // [2*F/32, K/WORD, 32]
@group(0) @binding(3) var<storage, read_write> y: array<f32>; // [F]
//% include "shared/" ~ FORMAT ~ ".wgsl"
//% include "shared/four_rows.wgsl"
//% include "shared/gates.wgsl"
//% if SLICES > 1

var<workgroup> sh_sums: array<vec4f, SLICES * SPAN>;
//% endif

@compute @workgroup_size(SPAN, SLICES)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_id) thread: vec3u) {
    if (control[DONE] != 0u) {
        return;
    }
    let rows = workgroup.x * 2u * SPAN + thread.x + vec2u(0u, SPAN);
    let live = min(rows, vec2u(F - 1u));
    let gates = live / 32u * 64u + live % 32u;
    var sums = four_rows(vec4u(gates, gates + 32u), thread.y);
//% if SLICES > 1
    sh_sums[thread.y * SPAN + thread.x] = sums;
    workgroupBarrier();
    if (thread.y != 0u) {
        return;
    }
    for (var slice = 1u; slice < SLICES; slice++) {
        sums += sh_sums[slice * SPAN + thread.x];
    }
//% endif
    if (rows.x < F) {
        y[rows.x] = silu(sums.x) * sums.z;
    }
    if (rows.y < F) {
        y[rows.y] = silu(sums.y) * sums.w;
    }
}
