// Weights as f32: 4 to a 16-byte word, 8 words to a group of 32.
const WORD = 4u;

// Weights 4*index .. 4*index + 3 of a word, which has no more; the scale is 1.
fn quad(word: vec4u, index: u32, scale: f32) -> vec4f {
    return bitcast<vec4f>(word);
}

// The factor of a group of a row's weights: none.
fn group_scale(row: u32, group: u32) -> f32 {
    return 1.0;
}

// One group of four rows, from their words at `at` on, times x from 4*k4 on.
fn group_dots(at: vec4u, k4: u32) -> vec4f {
    return word_dots(at, x[k4])
        + word_dots(at + 32u, x[k4 + 1u])
        + word_dots(at + 64u, x[k4 + 2u])
        + word_dots(at + 96u, x[k4 + 3u])
        + word_dots(at + 128u, x[k4 + 4u])
        + word_dots(at + 160u, x[k4 + 5u])
        + word_dots(at + 192u, x[k4 + 6u])
        + word_dots(at + 224u, x[k4 + 7u]);
}

fn word_dots(at: vec4u, four: vec4f) -> vec4f {
    return four * mat4x4f(bitcast<vec4f>(w[at.x]), bitcast<vec4f>(w[at.y]), bitcast<vec4f>(w[at.z]), bitcast<vec4f>(w[at.w]));
}
