// The logistic family in f32, without overflow: every exp takes an argument <= 0.
fn sigmoid(x: f32) -> f32 {
    let small = exp(-abs(x));
    return select(small, 1.0, x >= 0.0) / (1.0 + small);
}

fn silu(x: f32) -> f32 {
    return x * sigmoid(x);
}

// log(1 + exp(x)); the logarithm of a number near 1 is its series, which log() knows to 2^-21 only.
fn softplus(x: f32) -> f32 {
    let small = exp(-abs(x));
    let series = small * (1.0 - small * (0.5 - small * (0.33333333 - small * 0.25)));
    return max(x, 0.0) + select(log(1.0 + small), series, small < 0.01);
}
