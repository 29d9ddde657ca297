// What becomes of a finished sum: it is added.
fn finish(at: u32, sum: f32) {
    y[at] += sum;
}
