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

// The factor of a group of a row's weights.
fn group_scale(row: u32, group: u32) -> f32 {
    let pair = unpack2x16float(scales[(row / 32u * ((K + 63u) / 64u) + group / 2u) * 32u + row % 32u]);
    return select(pair.x, pair.y, (group & 1u) == 1u);
}

// One group of four rows, their words at `at`, times x from 4*k4 on, before the scales.
fn group_dots(at: vec4u, k4: u32) -> vec4f {
    let a = w[at.x];
    let b = w[at.y];
    let c = w[at.z];
    let d = w[at.w];
    return dots(vec4u(a.x, b.x, c.x, d.x), k4)
        + dots(vec4u(a.y, b.y, c.y, d.y), k4 + 2u)
        + dots(vec4u(a.z, b.z, c.z, d.z), k4 + 4u)
        + dots(vec4u(a.w, b.w, c.w, d.w), k4 + 6u);
}

// Eight weights of each of four rows.
fn dots(rows: vec4u, k4: u32) -> vec4f {
    let low = x[k4];
    let high = x[k4 + 1u];
    return vec4f(
        dot(nibbles(rows.x) - 8.0, low) + dot(nibbles(rows.x >> 4u) - 8.0, high),
        dot(nibbles(rows.y) - 8.0, low) + dot(nibbles(rows.y >> 4u) - 8.0, high),
        dot(nibbles(rows.z) - 8.0, low) + dot(nibbles(rows.z >> 4u) - 8.0, high),
        dot(nibbles(rows.w) - 8.0, low) + dot(nibbles(rows.w >> 4u) - 8.0, high),
    );
}
