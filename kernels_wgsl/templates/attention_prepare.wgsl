// q = rotary(norm(query) * q_norm) * DH^-1/2; cache[position + t] = rotary(norm(key) * k_norm), value
const HQ = {{ HQ }}u;  // query heads
const HKV = {{ HKV }}u;  // key and value heads
const DH4 = {{ DH // 4 }}u;  // quads (vec4s) of a head
const STRIDE4 = {{ (HQ + HKV) * DH // 2 }}u;  // quads of a row of qkv
const HALF4 = {{ ROTARY // 8 }}u;  // quads of half the rotary dimensions: quad i turns with quad i + HALF4
const Q_SCALE = {{ DH ** -0.5 }}f;
const T = {{ T }}u;
const EPS = {{ EPS }}f;
const ROW_LANES = {{ HEAD_LANES }}u;
//% include "shared/control.wgsl"

@group(0) @binding(0) var<storage, read> control: array<u32>;
@group(0) @binding(1) var<storage, read> qkv: array<vec4f>;  // [T, STRIDE4]: (query, gate) [Hq, 2, Dh], key [Hkv, Dh], value [Hkv, Dh]
@group(0) @binding(2) var<storage, read> q_norm: array<vec4f>;  // [Dh/4]
@group(0) @binding(3) var<storage, read> k_norm: array<vec4f>;  // [Dh/4]
@group(0) @binding(4) var<storage, read_write> q: array<vec4f>;  // [T, Hq, Dh/4]
@group(0) @binding(5) var<storage, read_write> k_cache: array<KvQuad>;  // [P, Hkv, Dh/4]
@group(0) @binding(6) var<storage, read_write> v_cache: array<KvQuad>;  // [P, Hkv, Dh/4]

//% include "shared/row_sum.wgsl"
//% include "shared/trig.wgsl"
//% include "shared/kv_" ~ KV ~ ".wgsl"

//% if POSITIONS == "grid"
@group(0) @binding(7) var<storage, read> positions: array<i32>;  // [3, T]: time, height, width

fn positions_of(row: u32) -> vec3f {
    return vec3f(vec3i(positions[row], positions[T + row], positions[2u * T + row]));
}
//% else
fn positions_of(row: u32) -> vec3f {
    return vec3f(f32(bitcast<i32>(control[POSITION] + row + control[ROPE_OFFSET])));
}
//% endif

// By how much the four pairs of a quad turn: frequency i is ROPE_THETA^(-2 i / ROTARY) with exponent, power and reciprocal each rounded
// to f32, as the reference has them. Frequencies i = 1 and 2 modulo 3 take height and width, as far as their sections go.
fn angles(quad: u32, place: vec3f) -> vec4f {
    switch (quad) {
//% for quad in range(ROTARY // 8)
        {{ "case %du" % quad if quad else "default" }}: {
            return vec4f(
//% for i in range(4 * quad, 4 * quad + 4)
//% set axis = "y" if i % 3 == 1 and i < 3 * SECTION_1 else "z" if i % 3 == 2 and i < 3 * SECTION_2 else "x"
                place.{{ axis }} * {{ (1 / (ROPE_THETA ** (2 * i / ROTARY)|f32)|f32)|f32 }},
//% endfor
            );
        }
//% endfor
    }
}

fn weighted(source: u32, quad: u32, is_query: bool) -> vec4f {
    if (is_query) {
        return qkv[source + quad] * q_norm[quad];
    }
    return qkv[source + quad] * k_norm[quad];
}

@compute @workgroup_size(ROW_LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
    let row = group.y;
    if (control[DONE] != 0u || row >= min(control[COUNT], T)) {
        return;
    }
    let is_query = group.x < HQ;
    let kv_head = group.x - HQ;
    let source = row * STRIDE4 + select((2u * HQ + kv_head) * DH4, 2u * group.x * DH4, is_query);
    var squares = 0.0;
    for (var quad = lane; quad < DH4; quad += ROW_LANES) {
        squares += dot(qkv[source + quad], qkv[source + quad]);
    }
    let scale = inverseSqrt(row_sum(lane, squares) / f32(4u * DH4) + EPS);
    let token = control[POSITION] + row;
    let place = positions_of(row);
    for (var quad = lane; quad < DH4; quad += ROW_LANES) {
        var turned = weighted(source, quad, is_query);
        if (quad < 2u * HALF4) {
            let is_first = quad < HALF4;
            let pair = weighted(source, select(quad - HALF4, quad + HALF4, is_first), is_query);
            let turn = sine_cosine(angles(select(quad - HALF4, quad, is_first), place));
            turned = turned * turn.cosine + select(pair, -pair, is_first) * turn.sine;
        }
        if (is_query) {
            q[(row * HQ + group.x) * DH4 + quad] = turned * scale * Q_SCALE;
        } else {
            let cached = (token * HKV + kv_head) * DH4 + quad;
            k_cache[cached] = store_quad(turned * scale);
            v_cache[cached] = store_quad(qkv[source + HKV * DH4 + quad]);
        }
    }
}
