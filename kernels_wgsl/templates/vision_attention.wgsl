// y[t] = softmax(q[t] K^T) V per head over all rows of the picture, one tile of keys after another
//% set COLUMNS = 4 * LANES // QUERY_TILE
//% set QUADS = (HD // 4 + COLUMNS - 1) // COLUMNS
const HEADS = {{ HEADS }}u;
const HD4 = {{ HD // 4 }}u;  // quads (vec4s) of a head
const STRIDE4 = {{ 3 * HEADS * HD // 4 }}u;  // quads of a row of qkv
const T = {{ T }}u;
const ROWS = {{ QUERY_TILE }}u;  // queries of a workgroup
const KEYS = {{ KEY_TILE }}u;  // keys of a tile
const LANES = {{ LANES }}u;
const COLUMNS = {{ COLUMNS }}u;  // lanes that share four queries
const SENTINEL = -1e38;  // below every score; its distance from one, times log2(e), is finite
//% include "shared/control.wgsl"

@group(0) @binding(0) var<storage, read> control: array<u32>;
@group(0) @binding(1) var<storage, read> qkv: array<vec4f>;  // [T, STRIDE4]: query (scaled by HD^-1/2), key, value [HEADS, HD] each
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>;  // [T, HEADS, HD/4]

// A lane keeps to its four queries, which are the elements of every vec4f below: of a tile it takes every COLUMNS-th key's scores and
// weights, of the outputs every COLUMNS-th quad.
var<workgroup> sh_lanes: array<vec4f, LANES>;  // what the lanes of the same queries tell one another
var<workgroup> sh_weights: array<vec4f, KEYS * ROWS / 4>;  // [KEYS, ROWS/4]

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
    let count = min(control[COUNT], T);
    let four = lane / COLUMNS;
    let column = lane % COLUMNS;
    let first_row = group.y * ROWS;
    if (control[DONE] != 0u || first_row >= count) {
        return;
    }
    let queries = group.x * HD4;  // where a row of qkv has this head
    let keys = queries + HEADS * HD4;
    let values = keys + HEADS * HD4;
//% for r in range(4)
    let row{{ r }} = first_row + four * 4u + {{ r }}u;
    let query{{ r }} = min(row{{ r }}, count - 1u) * STRIDE4 + queries;
//% endfor
//% for n in range(QUADS)
    let quad{{ n }} = min(column + {{ n }}u * COLUMNS, HD4 - 1u);  // beyond the head's: the last one, which is not stored
//% for r in range(4)
    var output{{ n }}{{ r }} = vec4f();
//% endfor
//% endfor
    var highest = vec4f(SENTINEL);
    var own_sum = vec4f();
    for (var base = 0u; base < count; base += KEYS) {
//% for k in range(KEY_TILE // COLUMNS)
        let key{{ k }} = base + column + {{ k }}u * COLUMNS;
        let at{{ k }} = min(key{{ k }}, count - 1u) * STRIDE4 + keys;
        var scores{{ k }} = vec4f();
//% endfor
        for (var i = 0u; i < HD4; i++) {
//% for r in range(4)
            let q{{ r }} = qkv[query{{ r }} + i];
//% endfor
//% for k in range(KEY_TILE // COLUMNS)
            let k{{ k }} = qkv[at{{ k }} + i];
            scores{{ k }} += vec4f(dot(q0, k{{ k }}), dot(q1, k{{ k }}), dot(q2, k{{ k }}), dot(q3, k{{ k }}));
//% endfor
        }
        var own_highest = vec4f(SENTINEL);
//% for k in range(KEY_TILE // COLUMNS)
        scores{{ k }} = select(vec4f(SENTINEL), scores{{ k }}, key{{ k }} < count);
        own_highest = max(own_highest, scores{{ k }});
//% endfor
        sh_lanes[lane] = own_highest;
        workgroupBarrier();
        let before = highest;
        for (var i = 0u; i < COLUMNS; i++) {
            highest = max(highest, sh_lanes[four * COLUMNS + i]);
        }
        let fade = exp(before - highest);
        own_sum *= fade;
//% for k in range(KEY_TILE // COLUMNS)
        let weights{{ k }} = exp(scores{{ k }} - highest);
        own_sum += weights{{ k }};
        sh_weights[(key{{ k }} - base) * (ROWS / 4u) + four] = weights{{ k }};
//% endfor
        workgroupBarrier();
//% for n in range(QUADS)
//% for r in range(4)
        output{{ n }}{{ r }} *= fade.{{ "xyzw"[r] }};
//% endfor
//% endfor
        for (var i = 0u; i < min(KEYS, count - base); i++) {
            let weight = sh_weights[i * (ROWS / 4u) + four];
            let value = (base + i) * STRIDE4 + values;
//% for n in range(QUADS)
            let v{{ n }} = qkv[value + quad{{ n }}];
//% for r in range(4)
            output{{ n }}{{ r }} += weight.{{ "xyzw"[r] }} * v{{ n }};
//% endfor
//% endfor
        }
    }
    sh_lanes[lane] = own_sum;
    workgroupBarrier();
    var sum = vec4f();
    for (var i = 0u; i < COLUMNS; i++) {
        sum += sh_lanes[four * COLUMNS + i];
    }
//% for n in range(QUADS)
    if (column + {{ n }}u * COLUMNS < HD4) {
//% for r in range(4)
        if (row{{ r }} < count) {
            y[(row{{ r }} * HEADS + group.x) * HD4 + quad{{ n }}] = output{{ n }}{{ r }} / sum.{{ "xyzw"[r] }};
        }
//% endfor
    }
//% endfor
}
