// Weights as q8: 16 to a 16-byte word, 2 words to a group of 32, signed bytes times an f16 scale per group.
const WORD = 16u;
@group(0) @binding(4) var<storage, read> scales: array<u32>; // [N/32, ceil(K/64), 32] two f16

// The four signed bytes.
fn bytes(bits: u32) -> vec4f {
    return vec4f(bitcast<vec4i>(vec4u(bits) << vec4u(24u, 16u, 8u, 0u)) >> vec4u(24u));
}

// Weights 4*index .. 4*index + 3 of a word whose group has this scale.
fn quad(word: vec4u, index: u32, scale: f32) -> vec4f {
    return bytes(word[index]) * scale;
}

// The factor of a group's weights.
fn group_scale(tile: u32, group: u32, lane: u32) -> f32 {
    let pair = unpack2x16float(scales[(tile * ((K + 63u) / 64u) + group / 2u) * 32u + lane]);
    return select(pair.x, pair.y, (group & 1u) == 1u);
}

// One group of a row, from the word at `at` on, times x from 4*k4 on, before the scale.
fn group_dot(at: u32, k4: u32) -> f32 {
    let first = w[at];
    let second = w[at + 32u];
    return dot(bytes(first.x), x[k4])
        + dot(bytes(first.y), x[k4 + 1u])
        + dot(bytes(first.z), x[k4 + 2u])
        + dot(bytes(first.w), x[k4 + 3u])
        + dot(bytes(second.x), x[k4 + 4u])
        + dot(bytes(second.y), x[k4 + 5u])
        + dot(bytes(second.z), x[k4 + 6u])
        + dot(bytes(second.w), x[k4 + 7u]);
}
