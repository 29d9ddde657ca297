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

// The factor of a group of a row's weights.
fn group_scale(row: u32, group: u32) -> f32 {
    let pair = unpack2x16float(scales[(row / 32u * ((K + 63u) / 64u) + group / 2u) * 32u + row % 32u]);
    return select(pair.x, pair.y, (group & 1u) == 1u);
}

// One group of four rows, from their words at `at` on, times x from 4*k4 on, before the scales.
fn group_dots(at: vec4u, k4: u32) -> vec4f {
    return word_dots(at, k4) + word_dots(at + 32u, k4 + 4u);
}

fn word_dots(at: vec4u, k4: u32) -> vec4f {
    let a = w[at.x];
    let b = w[at.y];
    let c = w[at.z];
    let d = w[at.w];
    return dots(vec4u(a.x, b.x, c.x, d.x), x[k4])
        + dots(vec4u(a.y, b.y, c.y, d.y), x[k4 + 1u])
        + dots(vec4u(a.z, b.z, c.z, d.z), x[k4 + 2u])
        + dots(vec4u(a.w, b.w, c.w, d.w), x[k4 + 3u]);
}

// Four weights of each of four rows.
fn dots(rows: vec4u, four: vec4f) -> vec4f {
    return vec4f(dot(bytes(rows.x), four), dot(bytes(rows.y), four), dot(bytes(rows.z), four), dot(bytes(rows.w), four));
}
