// q = rotary(q) * HD^-1/2, k = rotary(k), in place: of a head's HD/2 pairs half turn with the patch's row, half with its column
const HEADS = {{ HEADS }}u;
const HALF4 = {{ HD // 8 }}u;  // quads (vec4s) of half a head: quad i turns with quad i + HALF4
const STRIDE4 = {{ 3 * HEADS * HD // 4 }}u;  // quads of a row of qkv
const Q_SCALE = {{ HD ** -0.5 }}f;
const MERGE = {{ MERGE }}u;  // patches of a square's side
const T = {{ T }}u;
const LANES = {{ LANES }}u;
//% include "shared/control.wgsl"

@group(0) @binding(0) var<storage, read> control: array<u32>;
@group(0) @binding(1) var<storage, read_write> qkv: array<vec4f>;  // [T, STRIDE4]: query, key, value [HEADS, HD] each

//% include "shared/patch_place.wgsl"
//% include "shared/trig.wgsl"

// By how much the four pairs of a quad turn at a place (row, column): frequency i of HD/4 is 10000^(-2 i / (HD/2)) with exponent,
// power and reciprocal each rounded to f32, as the reference has them.
fn angles(quad: u32, place: vec2f) -> vec4f {
    switch (quad) {
//% for quad in range(HD // 8)
        {{ "case %du" % quad if quad else "default" }}: {
            return vec4f(
//% for pair in range(4 * quad, 4 * quad + 4)
                place.{{ "x" if pair < HD // 4 else "y" }} * {{ (1 / (10000 ** (4 * (pair % (HD // 4)) / HD)|f32)|f32)|f32 }},
//% endfor
            );
        }
//% endfor
    }
}

@compute @workgroup_size(LANES)
fn main(@builtin(global_invocation_id) thread: vec3u) {
    if (control[DONE] != 0u || thread.y >= min(control[COUNT], T) || thread.x >= 2u * HEADS * HALF4) {
        return;
    }
    let head = thread.x / HALF4;  // the keys' heads follow the queries'
    let quad = thread.x % HALF4;
    let first = thread.y * STRIDE4 + head * 2u * HALF4 + quad;
    let second = first + HALF4;
    let turn = sine_cosine(angles(quad, vec2f(patch_place(thread.y))));
    let scale = select(1.0, Q_SCALE, head < HEADS);
    let a = qkv[first] * scale;
    let b = qkv[second] * scale;
    qkv[first] = a * turn.cosine - b * turn.sine;
    qkv[second] = b * turn.cosine + a * turn.sine;
}
