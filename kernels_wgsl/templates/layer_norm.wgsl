// y[t] = (x[t] - mean(x[t])) / sqrt(variance(x[t]) + EPS) * wb[0] + wb[1]
const D4 = {{ D // 4 }}u;  // quads (vec4s) of a row
const T = {{ T }}u;
const EPS = {{ EPS }}f;
const ROW_LANES = {{ LANES }}u;
//% include "shared/control.wgsl"

@group(0) @binding(0) var<storage, read> control: array<u32>;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;  // [T, D/4]
@group(0) @binding(2) var<storage, read> wb: array<vec4f>;  // [2, D/4]: weight, bias
@group(0) @binding(3) var<storage, read_write> y: array<vec4f>;  // [T, D/4]

//% include "shared/row_sum.wgsl"

// The mean comes first: a variance from sums of x and of x^2 would lose the digits that the two have in common.
@compute @workgroup_size(ROW_LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
    if (control[DONE] != 0u || group.x >= min(control[COUNT], T)) {
        return;
    }
    let row = group.x * D4;
    var total = vec4f();
    for (var i = lane; i < D4; i += ROW_LANES) {
        total += x[row + i];
    }
    let mean = row_sum(lane, dot(total, vec4f(1.0))) / f32(4u * D4);
    var squares = 0.0;
    for (var i = lane; i < D4; i += ROW_LANES) {
        let centred = x[row + i] - mean;
        squares += dot(centred, centred);
    }
    workgroupBarrier();  // every lane has read the sums of the mean
    let scale = inverseSqrt(row_sum(lane, squares) / f32(4u * D4) + EPS);
    for (var i = lane; i < D4; i += ROW_LANES) {
        y[row + i] = (x[row + i] - mean) * scale * wb[i] + wb[D4 + i];
    }
}
