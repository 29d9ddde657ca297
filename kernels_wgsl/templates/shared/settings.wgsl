// What the control buffer asks of the sampler. Order: penalties, temperature, top-k, top-p, min-p, softmax, draw.
// Below every logit; WGSL may take infinities for anything, so that differences of the two, even times log2(e), are finite.
const DISALLOWED = -1e38;  // the value of a token that the mask excludes
const NOWHERE = -2e38;  // the best of a block without tokens
const COLDEST = 1e-5;  // temperatures below are greedy, as 0 is: logits divided by them would overflow

struct Sampling {
    temperature: f32,
    presence: f32,
    frequency: f32,
    repetition: f32,
    noisy: bool,  // every token may be drawn: the largest logit plus Gumbel noise is the draw
    kept: u32,  // the draw's candidates, best first
    listed: u32,  // candidates to be ranked: the draw's and the record's
}

fn sampling() -> Sampling {
    let given = bitcast<f32>(control[TEMPERATURE]);
    let temperature = select(0.0, given, given >= COLDEST);
    let top_k = control[TOP_K];
    let noisy = temperature > 0.0 && top_k == 0u
        && bitcast<f32>(control[TOP_P]) >= 1.0 && bitcast<f32>(control[MIN_P]) <= 0.0;
    let several = select(min(top_k, TOP_K_MAX), TOP_K_MAX, top_k == 0u);
    let kept = select(1u, several, temperature > 0.0 && !noisy);
    return Sampling(
        temperature, bitcast<f32>(control[PRESENCE]), bitcast<f32>(control[FREQUENCY]), bitcast<f32>(control[REPETITION]),
        noisy, kept, max(kept, min(control[TOP_LOGPROBS], TOP_LOGPROBS_MAX)),
    );
}
