// y[row] = silu(g) * u with g, u = sum_k w[...] * x[k] of the row's gate and up weights, which lie in neighbouring tiles
const K = {{ K }}u; // columns of w, a multiple of 32
const F = {{ F }}u; // rows of y; w has 2*F: 32 gate rows, 32 up rows, and so on
const SLICES = {{ SLICES }}u; // shares of K, each summed by 32 threads of the workgroup
//% include "shared/control.wgsl"

@group(0) @binding(0) var<storage, read> control: array<u32>;
@group(0) @binding(1) var<storage, read> x: array<vec4f>; // [K]
@group(0) @binding(2) var<storage, read> w: array<vec4u>; // [2*F/32, K/WORD, 32]
@group(0) @binding(3) var<storage, read_write> y: array<f32>; // [F]
//% include "shared/" ~ FORMAT ~ ".wgsl"
//% include "shared/four_rows.wgsl"
//% include "shared/gates.wgsl"
//% if SLICES > 1

var<workgroup> sh_sums: array<vec4f, SLICES * 32u>;
//% endif

// A workgroup has four tiles of 32 rows: gate, up, gate, up.
@compute @workgroup_size(32, SLICES)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_id) thread: vec3u) {
    if (control[DONE] != 0u) {
        return;
    }
    let lane = thread.x;
    let tiles = min(workgroup.x * 4u + vec4u(0u, 1u, 2u, 3u), vec4u(2u * F / 32u - 1u));
    var sums = four_rows(tiles, lane, thread.y);
//% if SLICES > 1
    sh_sums[thread.y * 32u + lane] = sums;
    workgroupBarrier();
    if (thread.y != 0u) {
        return;
    }
    for (var slice = 1u; slice < SLICES; slice++) {
        sums += sh_sums[slice * 32u + lane];
    }
//% endif
    let row = workgroup.x * 64u + lane;
    if (row < F) {
        y[row] = silu(sums.x) * sums.y;
    }
    if (row + 32u < F) {
        y[row + 32u] = silu(sums.z) * sums.w;
    }
}
