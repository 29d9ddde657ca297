// q = q / sqrt(sum(q^2) + 1e-6) * DK^-1/2, k = k / sqrt(sum(k^2) + 1e-6); decay = exp(gate0 * softplus(a + gate1)), beta = sigmoid(b)
const HK = {{ HK }}u;  // key heads
const HV = {{ HV }}u;  // value heads
const DK4 = {{ DK // 4 }}u;  // vec4s of a key head
const C4 = {{ (2 * HK * DK + HV * DV) // 4 }}u;  // vec4s of a row of qkv
const Q_SCALE = {{ DK ** -0.5 }}f;
const T = {{ T }}u;
const LANES = {{ HEAD_LANES }}u;
//% include "shared/control.wgsl"

@group(0) @binding(0) var<storage, read> control: array<u32>;
@group(0) @binding(1) var<storage, read_write> qkv: array<vec4f>;  // [T, C/4]: q [Hk, Dk], k [Hk, Dk], v [Hv, Dv]
@group(0) @binding(2) var<storage, read> ba: array<f32>;  // [T, 2, Hv]: b, a
@group(0) @binding(3) var<storage, read> gates: array<f32>;  // [2, Hv]: -exp(A_log), dt_bias
@group(0) @binding(4) var<storage, read_write> decay_beta: array<vec2f>;  // [T, Hv]

var<workgroup> sh_squares: array<vec2f, LANES>;  // of q, of k

//% include "shared/gates.wgsl"

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
    let head = group.x;
    let row = group.y;
    if (control[DONE] != 0u || row >= min(control[COUNT], T)) {
        return;
    }
    for (var m = head * (HV / HK) + lane; m < (head + 1u) * (HV / HK); m += LANES) {
        let b = ba[row * 2u * HV + m];
        let a = ba[row * 2u * HV + HV + m];
        decay_beta[row * HV + m] = vec2f(exp(gates[m] * softplus(a + gates[HV + m])), sigmoid(b));
    }
    let q = row * C4 + head * DK4;
    let k = q + HK * DK4;
    var squares = vec2f();
    for (var i = lane; i < DK4; i += LANES) {
        squares += vec2f(dot(qkv[q + i], qkv[q + i]), dot(qkv[k + i], qkv[k + i]));
    }
    sh_squares[lane] = squares;
    workgroupBarrier();
    squares = vec2f(1e-6);
    for (var i = 0u; i < LANES; i++) {
        squares += sh_squares[i];
    }
    let scale = inverseSqrt(squares) * vec2f(Q_SCALE, 1.0);
    for (var i = lane; i < DK4; i += LANES) {
        qkv[q + i] *= scale.x;
        qkv[k + i] *= scale.y;
    }
}
