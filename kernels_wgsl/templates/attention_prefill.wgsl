// y[t] = softmax(q[t] K^T) V * sigmoid(gate[t]) over keys 0..position + t, one tile of keys after another
const HQ = {{ HQ }}u;  // query heads
const HKV = {{ HKV }}u;  // key and value heads
const DH4 = {{ DH // 4 }}u;  // quads (vec4s) of a head
const STRIDE4 = {{ (HQ + HKV) * DH // 2 }}u;  // quads of a row of qkv
const T = {{ T }}u;
const ROWS = {{ QUERY_TILE }}u;  // queries of a workgroup
const KEYS = {{ KEY_TILE }}u;  // keys of a tile
const LANES = {{ LANES }}u;
const SENTINEL = -1e38;  // below every score; its distance from one, times log2(e), is finite
//% include "shared/control.wgsl"

@group(0) @binding(0) var<storage, read> control: array<u32>;
@group(0) @binding(1) var<storage, read> q: array<vec4f>;  // [T, Hq, Dh/4], scaled by Dh^-1/2
@group(0) @binding(2) var<storage, read> k_cache: array<KvQuad>;  // [P, Hkv, Dh/4]
@group(0) @binding(3) var<storage, read> v_cache: array<KvQuad>;  // [P, Hkv, Dh/4]
@group(0) @binding(4) var<storage, read> qkv: array<vec4f>;  // [T, STRIDE4]: (query, gate) [Hq, 2, Dh], key, value
@group(0) @binding(5) var<storage, read_write> y: array<vec4f>;  // [T, Hq, Dh/4]

// A lane has three roles in a tile: scores of 4 queries x 4 keys; weights of one query's 16 keys; one quad of every output.
var<workgroup> sh_scores: array<vec4f, KEYS * ROWS / 4>;  // [KEYS, ROWS/4]
var<workgroup> sh_weights: array<f32, KEYS * ROWS>;  // [KEYS, ROWS]
var<workgroup> sh_fade: array<f32, ROWS>;
var<workgroup> sh_sums: array<f32, LANES>;

//% include "shared/kv_" ~ KV ~ ".wgsl"
//% include "shared/gates.wgsl"

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
    let count = min(control[COUNT], T);
    let first_row = group.y * ROWS;
    if (control[DONE] != 0u || first_row >= count) {
        return;
    }
    let head = group.x;
    let kv_head = head / (HQ / HKV);
    let position = control[POSITION];
    let end = position + min(first_row + ROWS, count);  // the last row sees keys below this
    let score_row = lane / 16u * 4u;
    let weight_row = lane / 4u;
    let quad = min(lane, DH4 - 1u);  // lanes beyond the head's quads follow the last one and store nothing
//% for r in range(4)
    let query{{ r }} = (min(first_row + score_row + {{ r }}u, count - 1u) * HQ + head) * DH4;
//% endfor
//% for r in range(QUERY_TILE)
    var output{{ r }} = vec4f();
//% endfor
    var highest = SENTINEL;
    var own_sum = 0.0;
    for (var base = 0u; base < end; base += KEYS) {
        // Scores: rows score_row + 0..3 against keys lane % 16 + 0, 16, 32, 48; a score vector holds the four rows of a key.
//% for k in range(4)
        let key{{ k }} = base + lane % 16u + {{ 16 * k }}u;
        let at{{ k }} = (min(key{{ k }}, end - 1u) * HKV + kv_head) * DH4;
        var scores{{ k }} = vec4f();
//% endfor
        for (var i = 0u; i < DH4; i++) {
//% for r in range(4)
            let q{{ r }} = q[query{{ r }} + i];
//% endfor
//% for k in range(4)
            let k{{ k }} = load_quad(k_cache[at{{ k }} + i]);
            scores{{ k }} += vec4f(dot(q0, k{{ k }}), dot(q1, k{{ k }}), dot(q2, k{{ k }}), dot(q3, k{{ k }}));
//% endfor
        }
        let last_key = vec4u(position + first_row + score_row) + vec4u(0u, 1u, 2u, 3u);
//% for k in range(4)
        sh_scores[(key{{ k }} - base) * (ROWS / 4u) + score_row / 4u] =
            select(vec4f(SENTINEL), scores{{ k }}, vec4u(key{{ k }}) <= last_key);
//% endfor
        workgroupBarrier();
        // Weights: every lane knows its row's maximum and turns a quarter of the row's scores into weights.
        var tile_highest = highest;
        for (var i = 0u; i < KEYS; i++) {
            tile_highest = max(tile_highest, sh_scores[i * (ROWS / 4u) + weight_row / 4u][weight_row % 4u]);
        }
        let fade = exp(highest - tile_highest);
        highest = tile_highest;
        own_sum *= fade;
        for (var i = lane % 4u; i < KEYS; i += 4u) {
            let weight = exp(sh_scores[i * (ROWS / 4u) + weight_row / 4u][weight_row % 4u] - highest);
            sh_weights[i * ROWS + weight_row] = weight;
            own_sum += weight;
        }
        if (lane % 4u == 0u) {
            sh_fade[weight_row] = fade;
        }
        workgroupBarrier();
        // Outputs: one quad of all rows; keys beyond the last row's are not in the cache yet.
//% for r in range(QUERY_TILE)
        output{{ r }} *= sh_fade[{{ r }}];
//% endfor
        for (var i = 0u; i < min(KEYS, end - base); i++) {
            let v = load_quad(v_cache[((base + i) * HKV + kv_head) * DH4 + quad]);
//% for r in range(QUERY_TILE)
            output{{ r }} += sh_weights[i * ROWS + {{ r }}u] * v;
//% endfor
        }
    }
    sh_sums[lane] = own_sum;
    workgroupBarrier();
    if (lane < DH4) {
//% for r in range(QUERY_TILE)
        if (first_row + {{ r }}u < count) {
            let sum = sh_sums[{{ 4 * r }}] + sh_sums[{{ 4 * r + 1 }}] + sh_sums[{{ 4 * r + 2 }}] + sh_sums[{{ 4 * r + 3 }}];
            let row = first_row + {{ r }}u;
            let gate = qkv[row * STRIDE4 + (2u * head + 1u) * DH4 + lane];
            let opened = vec4f(sigmoid(gate.x), sigmoid(gate.y), sigmoid(gate.z), sigmoid(gate.w));
            y[(row * HQ + head) * DH4 + lane] = output{{ r }} / sum * opened;
        }
//% endfor
    }
}
