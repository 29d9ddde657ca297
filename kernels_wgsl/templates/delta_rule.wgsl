// per token: u = S^T k, w = S^T q, c = k.q; d = beta (v - decay u); o = decay w + c d; S = decay S + k d^T
const HK = {{ HK }}u;  // key heads
const HV = {{ HV }}u;  // value heads
const DK = {{ DK }}u;
const DV = {{ DV }}u;
const C4 = {{ (2 * HK * DK + HV * DV) // 4 }}u;  // vec4s of a row of qkv
const T = {{ T }}u;
const COLUMNS = {{ ROW_TILE }}u;  // value columns of a workgroup
const SLICES = {{ SLICES }}u;  // threads that share one column's keys
const KEYS4 = {{ DK // SLICES // 4 }}u;  // vec4s of keys that one thread holds, s0, s1, ...
//% include "shared/control.wgsl"

@group(0) @binding(0) var<storage, read> control: array<u32>;
@group(0) @binding(1) var<storage, read> qkv: array<vec4f>;  // [T, C/4]: q [Hk, Dk], k [Hk, Dk], v [Hv, Dv]
@group(0) @binding(2) var<storage, read> decay_beta: array<vec2f>;  // [T, Hv]
@group(0) @binding(3) var<storage, read_write> state: array<f32>;  // [Hv, Dk, Dv]
@group(0) @binding(4) var<storage, read_write> y: array<f32>;  // [T, Hv, Dv]

//% if SLICES > 1
// Two halves in turn, so that one barrier per token is enough: a half is rewritten only after the next token's barrier.
var<workgroup> sh_partial: array<vec3f, 2 * SLICES * COLUMNS>;

//% endif
@compute @workgroup_size(COLUMNS, SLICES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
    if (control[DONE] != 0u) {
        return;
    }
    let head = group.y;
    let live = group.x * COLUMNS + local.x < DV;
    let column = min(group.x * COLUMNS + local.x, DV - 1u);  // lanes beyond the last column follow it and store nothing
    let first = (head * DK + local.y * KEYS4 * 4u) * DV + column;
//% for i in range(DK // SLICES // 4)
    var s{{ i }} = vec4f(state[first + {{ 4 * i }}u * DV], state[first + {{ 4 * i + 1 }}u * DV], state[first + {{ 4 * i + 2 }}u * DV], state[first + {{ 4 * i + 3 }}u * DV]);
//% endfor
    let q = head / (HV / HK) * (DK / 4u) + local.y * KEYS4;
    let k = q + HK * (DK / 4u);
    let v = 2u * HK * DK + head * DV + column;
    let count = min(control[COUNT], T);
    for (var row = 0u; row < count; row++) {
        let at = row * C4;
        let decay = decay_beta[row * HV + head].x;  // asked for before the barrier, which no read is moved across
        let beta = decay_beta[row * HV + head].y;
        let value = qkv[at + v / 4u][v % 4u];
        var sums = vec3f();  // u, w, c
//% for i in range(DK // SLICES // 4)
        {
            let key = qkv[at + k + {{ i }}u];
            let query = qkv[at + q + {{ i }}u];
            sums += vec3f(dot(s{{ i }}, key), dot(s{{ i }}, query), dot(key, query));
        }
//% endfor
//% if SLICES > 1
        let half = (row % 2u) * SLICES * COLUMNS + local.x;
        sh_partial[half + local.y * COLUMNS] = sums;
        workgroupBarrier();
        sums = vec3f();
        for (var slice = 0u; slice < SLICES; slice++) {
            sums += sh_partial[half + slice * COLUMNS];
        }
//% endif
        let delta = beta * (value - decay * sums.x);
        if (live && local.y == 0u) {
            y[(row * HV + head) * DV + column] = decay * sums.y + sums.z * delta;
        }
//% for i in range(DK // SLICES // 4)
        s{{ i }} = decay * s{{ i }} + delta * qkv[at + k + {{ i }}u];
//% endfor
    }
    if (live) {
//% for i in range(DK // SLICES // 4)
        state[first + {{ 4 * i }}u * DV] = s{{ i }}.x;
        state[first + {{ 4 * i + 1 }}u * DV] = s{{ i }}.y;
        state[first + {{ 4 * i + 2 }}u * DV] = s{{ i }}.z;
        state[first + {{ 4 * i + 3 }}u * DV] = s{{ i }}.w;
//% endfor
    }
}
