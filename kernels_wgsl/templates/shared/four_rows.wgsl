// Four rows of w times x, over every SLICES-th group of K from `slice` on. The rows share each read of x, and four words are
// on their way from memory at a time.
fn four_rows(rows: vec4u, slice: u32) -> vec4f {
    var sums = vec4f();
    let words = rows / 32u * (K / WORD * 32u) + rows % 32u;
    for (var group = slice; group < K / 32u; group += SLICES) {
        let scales_of = vec4f(
            group_scale(rows.x, group),
            group_scale(rows.y, group),
            group_scale(rows.z, group),
            group_scale(rows.w, group),
        );
        sums += scales_of * group_dots(words + group * (32u / WORD * 32u), group * 8u);
    }
    return sums;
}
