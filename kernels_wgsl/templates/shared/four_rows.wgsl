// Row `lane` of four tiles (`tiles` may repeat one) times x, over every SLICES-th group of K from `slice` on. Four rows share
// each read of x, and four words are on their way from memory at a time.
fn four_rows(tiles: vec4u, lane: u32, slice: u32) -> vec4f {
    var sums = vec4f();
    for (var group = slice; group < K / 32u; group += SLICES) {
        let scales_of = vec4f(
            group_scale(tiles.x, group, lane),
            group_scale(tiles.y, group, lane),
            group_scale(tiles.z, group, lane),
            group_scale(tiles.w, group, lane),
        );
        let at = (tiles * (K / WORD) + group * (32u / WORD)) * 32u + lane;
        sums += scales_of * group_dots(at, group * 8u);
    }
    return sums;
}
