// y[row] = sum_k w[row, k] * x[k]; with EPILOGUE "add" the sum is added to y[row]
const K = {{ K }}u; // columns of w, a multiple of 32
const N = {{ N }}u; // rows of w; the last tile of 32 may end in padding
const SPAN = {{ SPAN }}u; // neighbouring rows that neighbouring threads own: a thread has four rows, SPAN apart
const SLICES = {{ SLICES }}u; // shares of K, each summed by SPAN threads of the workgroup
//% include "shared/control.wgsl"

@group(0) @binding(0) var<storage, read> control: array<u32>;
@group(0) @binding(1) var<storage, read> x: array<vec4f>; // [K]
@group(0) @binding(2) var<storage, read> w: array<vec4u>; // [N/32, K/WORD, 32]
@group(0) @binding(3) var<storage, read_write> y: array<f32>; // [N]
//% include "shared/" ~ FORMAT ~ ".wgsl"
//% include "shared/four_rows.wgsl"
//% if SLICES > 1

var<workgroup> sh_sums: array<vec4f, SLICES * SPAN>;
//% endif

fn store(row: u32, sum: f32) {
    if (row < N) {
//% if EPILOGUE == "add"
        y[row] += sum;
//% else
        y[row] = sum;
//% endif
    }
}

@compute @workgroup_size(SPAN, SLICES)
fn main(@builtin(workgroup_id) workgroup: vec3u, @builtin(local_invocation_id) thread: vec3u) {
    if (control[DONE] != 0u) {
        return;
    }
    let rows = workgroup.x * 4u * SPAN + thread.x + vec4u(0u, 1u, 2u, 3u) * SPAN;
    var sums = four_rows(min(rows, vec4u(N - 1u)), thread.y);
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
    store(rows.x, sums.x);
    store(rows.y, sums.y);
    store(rows.z, sums.z);
    store(rows.w, sums.w);
}
