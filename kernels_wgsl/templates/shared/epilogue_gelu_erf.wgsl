// GELU by erf: x * (1 + erf(x / sqrt(2))) / 2. The tail (1 - erf(z)) / 2 is formula 7.1.26 of Abramowitz and Stegun, to 1e-7; of a
// negative x it is the factor itself, so that no digits cancel. Beyond 14 it is 0, and z^2 would overflow.
fn finish(at: u32, sum: f32) {
    let z = min(abs(sum), 14.0) * 0.70710678;
    let t = 1.0 / (1.0 + 0.3275911 * z);
    let series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
    let tail = 0.5 * series * exp(-z * z);
    y[at] = sum * select(tail, 1.0 - tail, sum >= 0.0);
}
