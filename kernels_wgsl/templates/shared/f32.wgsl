// Weights as f32: 4 to a 16-byte word, 8 words to a group of 32.
const WORD = 4u;

// Weights 4*index .. 4*index + 3 of a word, which has no more; the scale is 1.
fn quad(word: vec4u, index: u32, scale: f32) -> vec4f {
    return bitcast<vec4f>(word);
}

// The factor of a group's weights: none.
fn group_scale(tile: u32, group: u32, lane: u32) -> f32 {
    return 1.0;
}

// One group of a row, from the word at `at` on, times x from 4*k4 on.
fn group_dot(at: u32, k4: u32) -> f32 {
    return dot(bitcast<vec4f>(w[at]), x[k4])
        + dot(bitcast<vec4f>(w[at + 32u]), x[k4 + 1u])
        + dot(bitcast<vec4f>(w[at + 64u]), x[k4 + 2u])
        + dot(bitcast<vec4f>(w[at + 96u]), x[k4 + 3u])
        + dot(bitcast<vec4f>(w[at + 128u]), x[k4 + 4u])
        + dot(bitcast<vec4f>(w[at + 160u]), x[k4 + 5u])
        + dot(bitcast<vec4f>(w[at + 192u]), x[k4 + 6u])
        + dot(bitcast<vec4f>(w[at + 224u]), x[k4 + 7u]);
}
