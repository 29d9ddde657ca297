// The sum of one value per lane, known to every lane after a single barrier: each adds all partial sums in the same order.
var<workgroup> sh_partial: array<f32, ROW_LANES>;

fn row_sum(lane: u32, value: f32) -> f32 {
    sh_partial[lane] = value;
    workgroupBarrier();
    var total = 0.0;
    for (var i = 0u; i < ROW_LANES; i++) {
        total += sh_partial[i];
    }
    return total;
}
