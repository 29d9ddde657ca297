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
//% include "shared/gates.wgsl"
//% if SLICES > 1

var<workgroup> sh_sums: array<vec2f, SLICES * 32u>;
//% endif

@compute @workgroup_size(32, SLICES)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_id) thread: vec3u) {
    if (control[DONE] != 0u) {
        return;
    }
    let gate = 2u * workgroup.x;
    let lane = thread.x;
    var sums = vec2f(); // gate, up
    for (var group = thread.y; group < K / 32u; group += SLICES) {
        let at = (gate * (K / WORD) + group * (32u / WORD)) * 32u + lane;
        sums += vec2f(group_scale(gate, group, lane), group_scale(gate + 1u, group, lane))
            * vec2f(group_dot(at, group * 8u), group_dot(at + K / WORD * 32u, group * 8u));
    }
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
    let row = workgroup.x * 32u + lane;
    if (row < F) {
        y[row] = silu(sums.x) * sums.y;
    }
}
