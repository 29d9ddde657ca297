// y[t, m] = o[t, m] / sqrt(mean(o[t, m]^2) + EPS) * w * silu(z[t, m]) per value head m
const HV = {{ HV }}u;  // value heads
const DV = {{ DV }}u;
const U_STRIDE = {{ U_STRIDE }}u;  // columns of u
const Z_OFFSET = {{ Z_OFFSET }}u;  // column of u where z starts
const T = {{ T }}u;
const EPS = {{ EPS }}f;
const ROW_LANES = {{ HEAD_LANES }}u;
//% include "shared/control.wgsl"

@group(0) @binding(0) var<storage, read> control: array<u32>;
@group(0) @binding(1) var<storage, read> o: array<f32>;  // [T, Hv, Dv]
@group(0) @binding(2) var<storage, read> u: array<f32>;  // [T, U_STRIDE]
@group(0) @binding(3) var<storage, read> w: array<f32>;  // [Dv]
@group(0) @binding(4) var<storage, read_write> y: array<f32>;  // [T, Hv, Dv]

//% include "shared/row_sum.wgsl"
//% include "shared/gates.wgsl"

@compute @workgroup_size(ROW_LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
    let row = group.y;
    if (control[DONE] != 0u || row >= min(control[COUNT], T)) {
        return;
    }
    let at = (row * HV + group.x) * DV;
    let z = row * U_STRIDE + Z_OFFSET + group.x * DV;
    var squares = 0.0;
    for (var i = lane; i < DV; i += ROW_LANES) {
        squares += o[at + i] * o[at + i];
    }
    let scale = inverseSqrt(row_sum(lane, squares) / f32(DV) + EPS);
    for (var i = lane; i < DV; i += ROW_LANES) {
        y[at + i] = o[at + i] * scale * w[i] * silu(u[z + i]);
    }
}
