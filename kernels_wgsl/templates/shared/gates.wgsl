// The logistic family in f32, without overflow: every exp takes an argument <= 0.
fn sigmoid(x: f32) -> f32 {
    let small = exp(-abs(x));
    return select(small, 1.0, x >= 0.0) / (1.0 + small);
}

fn silu(x: f32) -> f32 {
    return x * sigmoid(x);
}

// log(1 + exp(x)) to 2e-7 relative: log(1 + s) = 2 artanh(s / (2 + s)), of which s / (2 + s) <= 1/3, because log() knows
// logarithms of numbers near 1 to 2^-21 only.
fn softplus(x: f32) -> f32 {
    let small = exp(-abs(x));
    let t = small / (2.0 + small);
    let tt = t * t;
    let series = 1.0 + tt * (0.33333333 + tt * (0.2 + tt * (0.14285714 + tt * (0.11111111 + tt * 0.09090909))));
    return max(x, 0.0) + 2.0 * t * series;
}
