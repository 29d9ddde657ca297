// Sine and cosine of large f32 angles, which sin() and cos() know to 2^-11 and within one turn only.
//
// The angle is turned into a fraction of a turn with integers, so that no compiler's float rewriting can spoil it:
// angle = mantissa * 2^(exponent - 23), and mantissa * floor(2^64 / 2 pi) is an exact 88-bit product.
const TURN_HIGH = 0x28BE60DBu;  // 2^64 / (2 pi), high and low words
const TURN_LOW = 0x9391054Au;

fn multiply_high(a: vec4u, b: u32) -> vec4u {
    let low = (a & vec4u(0xFFFFu)) * (b & 0xFFFFu);
    let middle = (a >> vec4u(16u)) * (b & 0xFFFFu) + (low >> vec4u(16u));
    let other = (a & vec4u(0xFFFFu)) * (b >> 16u) + (middle & vec4u(0xFFFFu));
    return (a >> vec4u(16u)) * (b >> 16u) + (middle >> vec4u(16u)) + (other >> vec4u(16u));
}

// The angle modulo a turn in units of 2^-32 turns; 0 <= angle < 2^23.
fn turn_fraction(angle: vec4f) -> vec4u {
    let bits = bitcast<vec4u>(angle);
    let mantissa = (bits & vec4u(0x7FFFFFu)) | vec4u(0x800000u);
    let high = mantissa * TURN_HIGH;
    let middle = multiply_high(mantissa, TURN_LOW) + high;
    let carry = select(vec4u(0u), vec4u(1u), middle < high);
    let top = multiply_high(mantissa, TURN_HIGH) + carry;
    // The product's words are top, middle and one that is never needed; it is shifted right by 55 - exponent >= 33.
    let shift = vec4u(182u) - min(bits >> vec4u(23u), vec4u(149u)) - vec4u(32u);
    let near = (middle >> (shift & vec4u(31u))) | (top << ((vec4u(32u) - shift) & vec4u(31u)));
    let far = top >> (shift & vec4u(31u));
    return select(select(vec4u(0u), far, shift < vec4u(64u)), near, shift < vec4u(32u));
}

struct SineCosine {
    sine: vec4f,
    cosine: vec4f,
}

// Taylor series within an eighth of a turn of the nearest quarter, to 2e-8; 0 <= angle < 2^23.
fn sine_cosine(angle: vec4f) -> SineCosine {
    let turn = turn_fraction(angle);
    let quarter = (turn + vec4u(0x20000000u)) >> vec4u(30u);
    let x = vec4f(bitcast<vec4i>(turn - (quarter << vec4u(30u)))) * 1.4629180792671596e-9;  // 2 pi / 2^32
    let xx = x * x;
    let sine = x + x * xx * (-0.16666667 + xx * (8.3333333e-3 + xx * (-1.9841270e-4 + xx * 2.7557319e-6)));
    let cosine = 1.0 - xx * (0.5 - xx * (0.041666667 - xx * (1.3888889e-3 - xx * (2.4801587e-5 - xx * 2.7557319e-7))));
    let odd = (quarter & vec4u(1u)) == vec4u(1u);
    let sine_sign = select(vec4f(1.0), vec4f(-1.0), (quarter & vec4u(2u)) == vec4u(2u));
    let cosine_sign = select(vec4f(1.0), vec4f(-1.0), ((quarter + vec4u(1u)) & vec4u(2u)) == vec4u(2u));
    return SineCosine(select(sine, cosine, odd) * sine_sign, select(cosine, sine, odd) * cosine_sign);
}
