// y[t] = x[t] / sqrt(mean(x[t]^2) + EPS) * w; with LAST, row 0 of y from row count - 1 of x
const D4 = {{ D // 4 }}u;  // vec4s of a row
const ROWS = {{ 1 if LAST else T }}u;  // workgroups
const LAST = {{ "true" if LAST else "false" }};
const EPS = {{ EPS }}f;
const ROW_LANES = {{ LANES }}u;
//% include "shared/control.wgsl"

@group(0) @binding(0) var<storage, read> control: array<u32>;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;  // [T, D/4]
@group(0) @binding(2) var<storage, read> w: array<vec4f>;  // [D/4]
@group(0) @binding(3) var<storage, read_write> y: array<vec4f>;  // [T, D/4]

//% include "shared/row_sum.wgsl"

@compute @workgroup_size(ROW_LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
    let count = control[COUNT];
    if (control[DONE] != 0u || group.x >= min(count, ROWS)) {
        return;
    }
    let source = select(group.x, count - 1u, LAST) * D4;
    var squares = 0.0;
    for (var i = lane; i < D4; i += ROW_LANES) {
        squares += dot(x[source + i], x[source + i]);
    }
    let scale = inverseSqrt(row_sum(lane, squares) / f32(4u * D4) + EPS);
    for (var i = lane; i < D4; i += ROW_LANES) {
        y[group.x * D4 + i] = x[source + i] * scale * w[i];
    }
}
