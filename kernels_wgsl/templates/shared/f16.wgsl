// Weights as f16: 8 to a 16-byte word, 4 words to a group of 32.
const WORD = 8u;

// Weights 4*index .. 4*index + 3 of a word.
fn quad(word: vec4u, index: u32) -> vec4f {
    let bits = select(word.xy, word.zw, index == 1u);
    return vec4f(unpack2x16float(bits.x), unpack2x16float(bits.y));
}

// The factor of a group's weights.
fn group_scale(tile: u32, group: u32, lane: u32) -> f32 {
    return 1.0;
}

// One word times x from 4*k4 on.
fn word_dot(word: vec4u, k4: u32) -> f32 {
    return dot(quad(word, 0u), x[k4]) + dot(quad(word, 1u), x[k4 + 1u]);
}

// One group of a row, from the word at `at` on, times x from 4*k4 on.
fn group_dot(at: u32, k4: u32) -> f32 {
    return word_dot(w[at], k4)
        + word_dot(w[at + 32u], k4 + 2u)
        + word_dot(w[at + 64u], k4 + 4u)
        + word_dot(w[at + 96u], k4 + 6u);
}
