// partials[h, s] = (sum_j e^(q_h.k_j - m) v_j, m, sum_j e^(q_h.k_j - m)) over the keys j of split s, m = max_j q_h.k_j
const GROUP = {{ HQ // HKV }}u;  // query heads that share one key head
const HKV = {{ HKV }}u;
const DH4 = {{ DH // 4 }}u;  // quads (vec4s) of a head
const SPLITS = {{ SPLITS }}u;
const LANES = {{ LANES }}u;  // a tile of keys: a lane first owns a key, then a quad of the output
const SENTINEL = -1e38;  // below every score; its distance from one, times log2(e), is finite
//% include "shared/control.wgsl"

@group(0) @binding(0) var<storage, read> control: array<u32>;
@group(0) @binding(1) var<storage, read> q: array<vec4f>;  // [Hq, Dh/4], scaled by Dh^-1/2
@group(0) @binding(2) var<storage, read> k_cache: array<KvQuad>;  // [P, Hkv, Dh/4]
@group(0) @binding(3) var<storage, read> v_cache: array<KvQuad>;  // [P, Hkv, Dh/4]
@group(0) @binding(4) var<storage, read_write> partials: array<f32>;  // [Hq, SPLITS, Dh + 2]

var<workgroup> sh_scores: array<f32, GROUP * LANES>;  // [GROUP, LANES]
var<workgroup> sh_weights: array<f32, GROUP * LANES>;  // [GROUP, LANES]

//% include "shared/kv_" ~ KV ~ ".wgsl"

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
    if (control[DONE] != 0u || control[COUNT] == 0u) {
        return;
    }
    let kv_head = group.x;
    let split = group.y;
    let keys = control[POSITION] + 1u;  // the row's own key was appended before
    let tiles = (keys + LANES - 1u) / LANES;
    let tiles_per_split = (tiles + SPLITS - 1u) / SPLITS;
    let end = min(keys, (split + 1u) * tiles_per_split * LANES);
    let quad = min(lane, DH4 - 1u);  // lanes beyond the head's quads follow the last one and store nothing
    let query = kv_head * GROUP * DH4;
//% for g in range(HQ // HKV)
    var output{{ g }} = vec4f();
    var highest{{ g }} = SENTINEL;
    var own_sum{{ g }} = 0.0;
//% endfor
    for (var base = split * tiles_per_split * LANES; base < end; base += LANES) {
        let key = min(base + lane, end - 1u);
//% for g in range(HQ // HKV)
        var score{{ g }} = 0.0;
//% endfor
        for (var i = 0u; i < DH4; i++) {
            let k = load_quad(k_cache[(key * HKV + kv_head) * DH4 + i]);
//% for g in range(HQ // HKV)
            score{{ g }} += dot(q[query + {{ g }}u * DH4 + i], k);
//% endfor
        }
        let live = base + lane < end;
//% for g in range(HQ // HKV)
        score{{ g }} = select(SENTINEL, score{{ g }}, live);
        sh_scores[{{ g }}u * LANES + lane] = score{{ g }};
//% endfor
        workgroupBarrier();
//% for g in range(HQ // HKV)
        var tile_highest{{ g }} = highest{{ g }};
//% endfor
        for (var i = 0u; i < LANES; i++) {
//% for g in range(HQ // HKV)
            tile_highest{{ g }} = max(tile_highest{{ g }}, sh_scores[{{ g }}u * LANES + i]);
//% endfor
        }
//% for g in range(HQ // HKV)
        let fade{{ g }} = exp(highest{{ g }} - tile_highest{{ g }});
        let weight{{ g }} = select(0.0, exp(score{{ g }} - tile_highest{{ g }}), live);
        sh_weights[{{ g }}u * LANES + lane] = weight{{ g }};
        own_sum{{ g }} = own_sum{{ g }} * fade{{ g }} + weight{{ g }};
        output{{ g }} *= fade{{ g }};
        highest{{ g }} = tile_highest{{ g }};
//% endfor
        workgroupBarrier();
        // Four values are on their way from memory at a time; for those beyond the last key, whose weight is 0, it stands in.
        for (var i = 0u; i < min(LANES, end - base); i += 4u) {
//% for j in range(4)
            let v{{ j }} = load_quad(v_cache[(min(base + i + {{ j }}u, end - 1u) * HKV + kv_head) * DH4 + quad]);
//% endfor
//% for g in range(HQ // HKV)
            let at{{ g }} = {{ g }}u * LANES + i;
            output{{ g }} += sh_weights[at{{ g }}] * v0 + sh_weights[at{{ g }} + 1u] * v1
                + sh_weights[at{{ g }} + 2u] * v2 + sh_weights[at{{ g }} + 3u] * v3;
//% endfor
        }
    }
//% for g in range(HQ // HKV)
    sh_scores[{{ g }}u * LANES + lane] = own_sum{{ g }};
//% endfor
    workgroupBarrier();
//% for g in range(HQ // HKV)
    {
        let at = ((kv_head * GROUP + {{ g }}u) * SPLITS + split) * (4u * DH4 + 2u);
        if (lane < DH4) {
            partials[at + 4u * lane] = output{{ g }}.x;
            partials[at + 4u * lane + 1u] = output{{ g }}.y;
            partials[at + 4u * lane + 2u] = output{{ g }}.z;
            partials[at + 4u * lane + 3u] = output{{ g }}.w;
        }
        if (lane == 0u) {
            var sum = 0.0;
            for (var i = 0u; i < LANES; i++) {
                sum += sh_scores[{{ g }}u * LANES + i];
            }
            partials[at + 4u * DH4] = highest{{ g }};
            partials[at + 4u * DH4 + 1u] = sum;
        }
    }
//% endfor
}
