// log(x) of a normal x > 0 to 3e-7 relative, also near 1, where log() is known to 2^-21 only:
// x = 2^exponent * m, m within sqrt(1/2)..sqrt(2), and log(m) = 2 artanh((m - 1) / (m + 1)).
fn natural_log(x: f32) -> f32 {
    let bits = bitcast<u32>(x);
    let exponent = bitcast<i32>(bits - 0x3F3504F3u) >> 23u;
    let m = bitcast<f32>(bits - (bitcast<u32>(exponent) << 23u));
    let s = (m - 1.0) / (m + 1.0);
    let ss = s * s;
    return f32(exponent) * 0.6931471805599453
        + 2.0 * s * (1.0 + ss * (0.33333333 + ss * (0.2 + ss * (0.14285714 + ss * 0.11111111))));
}
