// Weights as f16: 8 to a 16-byte word, 4 words to a group of 32.
const WORD = 8u;

fn halves(bits: vec2u) -> vec4f {
    return vec4f(unpack2x16float(bits.x), unpack2x16float(bits.y));
}

// Weights 4*index .. 4*index + 3 of a word; the scale is 1.
fn quad(word: vec4u, index: u32, scale: f32) -> vec4f {
    return halves(select(word.xy, word.zw, index == 1u));
}

// The factor of a group's weights: none.
fn group_scale(tile: u32, group: u32, lane: u32) -> f32 {
    return 1.0;
}

// One word times x from 4*k4 on.
fn word_dot(word: vec4u, k4: u32) -> f32 {
    return dot(halves(word.xy), x[k4]) + dot(halves(word.zw), x[k4 + 1u]);
}

// One group of a row, from the word at `at` on, times x from 4*k4 on.
fn group_dot(at: u32, k4: u32) -> f32 {
    return word_dot(w[at], k4)
        + word_dot(w[at + 32u], k4 + 2u)
        + word_dot(w[at + 64u], k4 + 4u)
        + word_dot(w[at + 96u], k4 + 6u);
}
