// GELU by tanh: x * (1 + tanh(u)) / 2 with u = sqrt(2 / pi) * (x + 0.044715 * x^3), written as x / (1 + exp(-2 u)), because
// tanh() may be 2^-11 off. Beyond 16 the factor is 0 or 1, and x^3 would overflow.
fn finish(at: u32, sum: f32) {
    let held = clamp(sum, -16.0, 16.0);
    let twice = 1.5957691 * (held + 0.044715 * held * held * held);
    let small = exp(-abs(twice));
    y[at] = sum * select(small, 1.0, twice >= 0.0) / (1.0 + small);
}
