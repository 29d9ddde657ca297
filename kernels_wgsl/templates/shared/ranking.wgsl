// The best ``listed`` tokens in exact order (value descending, index ascending), and the log-sum-exp of a row.
//
// The k largest logits lie in the k best blocks, and each is at least the best of the k-th block: those that are become
// candidates, in any order, and are ranked by counting. The template defines winner(rank), block(b), value_of(index),
// logit_of(index), put_candidate(slot, candidate) and candidate(slot).
var<workgroup> sh_found: atomic<u32>;
var<workgroup> sh_value: array<f32, TOP_K_MAX>;  // best first
var<workgroup> sh_index: array<u32, TOP_K_MAX>;
var<workgroup> sh_exp_sum: array<vec2f, LANES>;  // per lane: highest, sum of e^(x - highest)

fn added(sum: vec2f, x: f32) -> vec2f {
    let small = exp(-abs(x - sum.x));
    return select(vec2f(sum.x, sum.y + small), vec2f(x, sum.y * small + 1.0), x > sum.x);
}

// Fills sh_value, sh_index and sh_exp_sum; how many tokens were ranked, at most ``listed``. For all lanes at once.
fn rank_tokens(lane: u32, listed: u32) -> u32 {
    var exp_sum = vec2f(NOWHERE, 0.0);
    for (var b = lane; b < SAMPLE_BLOCKS; b += LANES) {
        exp_sum = added(exp_sum, bitcast<f32>(block(b).w));
    }
    sh_exp_sum[lane] = exp_sum;
    if (lane == 0u) {
        atomicStore(&sh_found, 0u);  // wgpu-native leaves what the workgroup before it left
    }
    workgroupBarrier();
    let threshold = bitcast<f32>(block(winner(listed - 1u)).x);
    for (var slot = lane; slot < listed * PLACES; slot += LANES) {
        let place = slot / listed;
        let b = winner(slot % listed);
        let index = place * SAMPLE_BLOCKS + b;
        if (index < V) {
            let value = value_of(index);
            if (value >= threshold || place == (block(b).z & 0xFFFFu)) {
                put_candidate(atomicAdd(&sh_found, 1u), vec2u(bitcast<u32>(value), index));
            }
        }
    }
    storageBarrier();
    workgroupBarrier();
    let found = atomicLoad(&sh_found);
    for (var slot = lane; slot < found; slot += LANES) {
        let mine = candidate(slot);
        let value = bitcast<f32>(mine.x);
        var rank = 0u;
        for (var i = 0u; i < found && rank < listed; i++) {
            let other = candidate(i);
            let other_value = bitcast<f32>(other.x);
            rank += u32(other_value > value || (other_value == value && other.y < mine.y));
        }
        if (rank < listed) {
            sh_value[rank] = value;
            sh_index[rank] = mine.y;
        }
    }
    workgroupBarrier();
    return min(found, listed);
}

// log sum e^x over the row's allowed logits; after rank_tokens.
fn log_sum_exp() -> f32 {
    var highest = sh_exp_sum[0].x;
    for (var i = 1u; i < LANES; i++) {
        highest = max(highest, sh_exp_sum[i].x);
    }
    var sum = 0.0;
    for (var i = 0u; i < LANES; i++) {
        sum += sh_exp_sum[i].y * exp(sh_exp_sum[i].x - highest);
    }
    return highest + natural_log(sum);
}

// One record of the ring: a token, its log-probability and the best alternatives by the same measure.
fn write_record(slot: u32, id: u32, step: u32, ranked: u32) {
    let record = slot * RECORD_WORDS;
    let normaliser = log_sum_exp();
    ring[record + RECORD_ID] = id;
    ring[record + RECORD_LOGPROB] = bitcast<u32>(logit_of(id) - normaliser);
    ring[record + RECORD_STEP] = step;
    let wanted = min(ranked, min(control[TOP_LOGPROBS], TOP_LOGPROBS_MAX));
    var listed = 0u;
    while (listed < wanted && sh_value[listed] > DISALLOWED) {
        ring[record + RECORD_TOP_IDS + listed] = sh_index[listed];
        ring[record + RECORD_TOP_LOGPROBS + listed] = bitcast<u32>(logit_of(sh_index[listed]) - normaliser);
        listed++;
    }
    ring[record + RECORD_TOP_COUNT] = listed;
}
