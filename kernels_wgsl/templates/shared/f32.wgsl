// Weights as f32: 4 to a 16-byte word, 8 words to a group of 32.
const WORD = 4u;

// Weights 4*index .. 4*index + 3 of a word; here the whole word.
fn quad(word: vec4u, index: u32) -> vec4f {
    return bitcast<vec4f>(word);
}

// The factor of a group's weights.
fn group_scale(tile: u32, group: u32, lane: u32) -> f32 {
    return 1.0;
}

// One group of a row, from the word at `at` on, times x from 4*k4 on.
fn group_dot(at: u32, k4: u32) -> f32 {
    return dot(quad(w[at], 0u), x[k4])
        + dot(quad(w[at + 32u], 0u), x[k4 + 1u])
        + dot(quad(w[at + 64u], 0u), x[k4 + 2u])
        + dot(quad(w[at + 96u], 0u), x[k4 + 3u])
        + dot(quad(w[at + 128u], 0u), x[k4 + 4u])
        + dot(quad(w[at + 160u], 0u), x[k4 + 5u])
        + dot(quad(w[at + 192u], 0u), x[k4 + 6u])
        + dot(quad(w[at + 224u], 0u), x[k4 + 7u]);
}
