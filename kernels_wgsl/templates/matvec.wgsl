// y[row] = sum_k w[row, k] * x[k]; with EPILOGUE "add" the sum is added to y[row]
const K = {{ K }}u; // columns of w, a multiple of 32
const N = {{ N }}u; // rows of w; the last tile of 32 may end in padding
const SLICES = {{ SLICES }}u; // shares of K, each summed by 32 threads of the workgroup
//% include "shared/control.wgsl"

@group(0) @binding(0) var<storage, read> control: array<u32>;
@group(0) @binding(1) var<storage, read> x: array<vec4f>; // [K]
@group(0) @binding(2) var<storage, read> w: array<vec4u>; // [N/32, K/WORD, 32]
@group(0) @binding(3) var<storage, read_write> y: array<f32>; // [N]
//% include "shared/" ~ FORMAT ~ ".wgsl"
//% if SLICES > 1

var<workgroup> sh_sums: array<f32, SLICES * 32u>;
//% endif

@compute @workgroup_size(32, SLICES)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_id) thread: vec3u) {
    if (control[DONE] != 0u) {
        return;
    }
    let tile = workgroup.x;
    let lane = thread.x;
    var sum = 0.0;
    for (var group = thread.y; group < K / 32u; group += SLICES) {
        let at = (tile * (K / WORD) + group * (32u / WORD)) * 32u + lane;
        sum += group_scale(tile, group, lane) * group_dot(at, group * 8u);
    }
//% if SLICES > 1
    sh_sums[thread.y * 32u + lane] = sum;
    workgroupBarrier();
    if (thread.y != 0u) {
        return;
    }
    for (var slice = 1u; slice < SLICES; slice++) {
        sum += sh_sums[slice * 32u + lane];
    }
//% endif
    let row = tile * 32u + lane;
    if (row < N) {
//% if EPILOGUE == "add"
        sum += y[row];
//% endif
        y[row] = sum;
    }
}
