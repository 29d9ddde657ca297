// Weights as f16: 8 to a 16-byte word, 4 words to a group of 32.
const WORD = 8u;

fn halves(bits: vec2u) -> vec4f {
    return vec4f(unpack2x16float(bits.x), unpack2x16float(bits.y));
}

// Weights 4*index .. 4*index + 3 of a word; the scale is 1.
fn quad(word: vec4u, index: u32, scale: f32) -> vec4f {
    return halves(select(word.xy, word.zw, index == 1u));
}

// The factor of a group of a row's weights: none.
fn group_scale(row: u32, group: u32) -> f32 {
    return 1.0;
}

// One group of four rows, from their words at `at` on, times x from 4*k4 on.
fn group_dots(at: vec4u, k4: u32) -> vec4f {
    return word_dots(at, k4)
        + word_dots(at + 32u, k4 + 2u)
        + word_dots(at + 64u, k4 + 4u)
        + word_dots(at + 96u, k4 + 6u);
}

fn word_dots(at: vec4u, k4: u32) -> vec4f {
    let low = x[k4];
    let high = x[k4 + 1u];
    return vec4f(
        word_dot(w[at.x], low, high),
        word_dot(w[at.y], low, high),
        word_dot(w[at.z], low, high),
        word_dot(w[at.w], low, high),
    );
}

fn word_dot(word: vec4u, low: vec4f, high: vec4f) -> f32 {
    return dot(halves(word.xy), low) + dot(halves(word.zw), high);
}
