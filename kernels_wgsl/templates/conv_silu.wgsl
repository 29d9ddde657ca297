// y[t] = silu(w0 u[t-3] + w1 u[t-2] + w2 u[t-1] + w3 u[t]) per channel; the last three rows of u become the history
const C = {{ C }}u;  // channels, the first columns of u
const U_STRIDE = {{ U_STRIDE }}u;  // columns of u
const T = {{ T }}u;
const LANES = {{ LANES }}u;
//% include "shared/control.wgsl"

@group(0) @binding(0) var<storage, read> control: array<u32>;
@group(0) @binding(1) var<storage, read> u: array<f32>;  // [T, U_STRIDE]
@group(0) @binding(2) var<storage, read> w: array<vec4f>;  // [C], tap 3 is the current token
@group(0) @binding(3) var<storage, read_write> history: array<f32>;  // [3, C], oldest first
@group(0) @binding(4) var<storage, read_write> y: array<f32>;  // [T, C]

//% include "shared/gates.wgsl"

@compute @workgroup_size(LANES)
fn main(@builtin(global_invocation_id) id: vec3u) {
    let channel = id.x;
    if (control[DONE] != 0u || channel >= C) {
        return;
    }
    let taps = w[channel];
    var window = vec4f(0.0, history[channel], history[C + channel], history[2u * C + channel]);
    let count = min(control[COUNT], T);
    for (var row = 0u; row < count; row++) {
        window = vec4f(window.yzw, u[row * U_STRIDE + channel]);
        y[row * C + channel] = silu(dot(taps, window));
    }
    history[channel] = window.y;
    history[C + channel] = window.z;
    history[2u * C + channel] = window.w;
}
