// per block: max of adjusted, max of adjusted - log(-log u), where they lie, log sum e^logit; adjusted = penalised logit / temperature
const V = {{ V }}u;
const T = {{ T }}u;
const SAMPLE_BLOCKS = {{ SAMPLE_BLOCKS }}u;  // block b holds the tokens b, b + SAMPLE_BLOCKS, ...: neighbouring lanes read neighbours
const LANES = {{ LANES }}u;
const TOP_K_MAX = {{ TOP_K_MAX }}u;
const TOP_LOGPROBS_MAX = {{ TOP_LOGPROBS_MAX }}u;
//% include "shared/control.wgsl"

@group(0) @binding(0) var<storage, read> control: array<u32>;
@group(0) @binding(1) var<storage, read> logits: array<f32>;  // [T, V]
@group(0) @binding(2) var<storage, read> seen: array<u32>;  // [V]
@group(0) @binding(3) var<storage, read> allowed: array<u32>;  // [ceil(V/32)] bits
@group(0) @binding(4) var<storage, read_write> blocks: array<vec4u>;  // [T, SAMPLE_BLOCKS]

//% include "shared/settings.wgsl"
//% include "shared/sampling.wgsl"
//% include "shared/random.wgsl"
//% include "shared/logarithm.wgsl"

@compute @workgroup_size(LANES)
fn main(@builtin(global_invocation_id) id: vec3u) {
    let block = id.x;
    let row = id.y;
    if (control[DONE] != 0u || row >= min(control[COUNT], T)) {
        return;
    }
    let asked = sampling();
    let random = random_word(control[SEED], control[STEP]);
    var best = NOWHERE;
    var best_place = 0u;
    var noisy_best = NOWHERE;
    var noisy_place = 0u;
    var highest = DISALLOWED;
    var sum = 0.0;
    for (var place = 0u; place * SAMPLE_BLOCKS + block < V; place++) {
        let index = place * SAMPLE_BLOCKS + block;
        var value = DISALLOWED;
        var noisy_value = DISALLOWED;
        if (is_allowed(index)) {
            let logit = logits[row * V + index];
            let small = exp(-abs(logit - highest));
            sum = select(sum + small, sum * small + 1.0, logit > highest);
            highest = max(highest, logit);
            value = adjusted(asked, logit, seen[index]);
            noisy_value = value;
            if (asked.noisy) {
                let u = (f32(scrambled(random + index) >> 9u) + 0.5) * 1.1920928955078125e-7;  // within (0, 1)
                noisy_value -= natural_log(-natural_log(u));
            }
        }
        if (value > best) {
            best = value;
            best_place = place;
        }
        if (noisy_value > noisy_best) {
            noisy_best = noisy_value;
            noisy_place = place;
        }
    }
    let log_sum = select(DISALLOWED, highest + natural_log(max(sum, 1.0)), sum > 0.0);
    blocks[row * SAMPLE_BLOCKS + block] =
        vec4u(bitcast<u32>(best), bitcast<u32>(noisy_best), best_place | (noisy_place << 16u), bitcast<u32>(log_sum));
}
