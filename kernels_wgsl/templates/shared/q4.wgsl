// Weights as q4: 32 to a 16-byte word, nibble - 8, times an f16 scale per group of 32.
const WORD = 32u;
@group(0) @binding(4) var<storage, read> scales: array<u32>; // [N/32, ceil(K/64), 32] two f16

// The low nibble of each byte.
fn nibbles(bits: u32) -> vec4f {
    return vec4f((vec4u(bits) >> vec4u(0u, 8u, 16u, 24u)) & vec4u(15u));
}

// Weights 4*index .. 4*index + 3 of a word whose group has this scale. Products and difference are exact in f32.
fn quad(word: vec4u, index: u32, scale: f32) -> vec4f {
    return nibbles(word[index >> 1u] >> ((index & 1u) * 4u)) * scale - 8.0 * scale;
}

// The factor of a group's weights.
fn group_scale(tile: u32, group: u32, lane: u32) -> f32 {
    let pair = unpack2x16float(scales[(tile * ((K + 63u) / 64u) + group / 2u) * 32u + lane]);
    return select(pair.x, pair.y, (group & 1u) == 1u);
}

// One group of a row, its word at `at`, times x from 4*k4 on, before the scale.
fn group_dot(at: u32, k4: u32) -> f32 {
    let word = w[at];
    return dot(nibbles(word.x) - 8.0, x[k4])
        + dot(nibbles(word.x >> 4u) - 8.0, x[k4 + 1u])
        + dot(nibbles(word.y) - 8.0, x[k4 + 2u])
        + dot(nibbles(word.y >> 4u) - 8.0, x[k4 + 3u])
        + dot(nibbles(word.z) - 8.0, x[k4 + 4u])
        + dot(nibbles(word.z >> 4u) - 8.0, x[k4 + 5u])
        + dot(nibbles(word.w) - 8.0, x[k4 + 6u])
        + dot(nibbles(word.w >> 4u) - 8.0, x[k4 + 7u]);
}
