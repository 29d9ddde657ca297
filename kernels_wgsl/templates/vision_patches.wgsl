// y[t, c, f, i, j] = (byte - 127.5) / 127.5 of channel c in frame f of a pair, at row i and column j of patch t
const PATCH = {{ PATCH }}u;  // pixels of a patch's side
const AREA4 = {{ PATCH * PATCH // 4 }}u;  // runs of four pixels of a patch
const MERGE = {{ MERGE }}u;  // patches of a square's side
const T = {{ T }}u;
const LANES = {{ LANES }}u;
//% include "shared/control.wgsl"

@group(0) @binding(0) var<storage, read> control: array<u32>;
@group(0) @binding(1) var<storage, read> pixels: array<u32>;  // [1 or 2, H, W] RGBA, red in the low byte
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>;  // [T, 3, 2, AREA4]

//% include "shared/patch_place.wgsl"

// (byte - 127.5) / 127.5 = n / 255 with n = 2 byte - 255, rounded as the reference rounds it, which the division of floats need not
// be: n is shifted until its quotient fills the 24 bits of an f32, then rounded by its remainder; a tie there is none.
fn normalised(bytes: vec4u) -> vec4f {
    let n = vec4i(2u * bytes) - vec4i(255);
    let shift = countLeadingZeros(vec4u(abs(n)));
    let shifted = vec4u(abs(n)) << shift;
    let quotient = shifted / vec4u(255u);
    let rounded = quotient + select(vec4u(0u), vec4u(1u), shifted - 255u * quotient > vec4u(127u));
    let size = vec4f(rounded) * bitcast<vec4f>((vec4u(127u) - shift) << vec4u(23u));
    return select(size, -size, n < vec4i(0));
}

@compute @workgroup_size(LANES)
fn main(@builtin(global_invocation_id) thread: vec3u) {
    if (control[DONE] != 0u || thread.y >= min(control[COUNT], T) || thread.x >= 2u * AREA4) {
        return;
    }
    let frame = thread.x / AREA4;
    let inside = thread.x % AREA4;
    let corner = PATCH * patch_place(thread.y);
    let row = corner.x + inside / (PATCH / 4u);
    let column = corner.y + inside % (PATCH / 4u) * 4u;
    let at = frame * control[FRAME_STRIDE] + row * PATCH * control[GRID_WIDTH] + column;
    let four = vec4u(pixels[at], pixels[at + 1u], pixels[at + 2u], pixels[at + 3u]);
    for (var channel = 0u; channel < 3u; channel++) {
        let bytes = (four >> vec4u(8u * channel)) & vec4u(255u);
        y[(thread.y * 6u + channel * 2u + frame) * AREA4 + inside] = normalised(bytes);
    }
}
