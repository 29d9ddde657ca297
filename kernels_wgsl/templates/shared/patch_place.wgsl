// Row and column of a patch in the picture's grid: squares of MERGE by MERGE patches follow one another row by row, and so do the
// patches of a square.
fn patch_place(index: u32) -> vec2u {
    let square = index / (MERGE * MERGE);
    let inside = index % (MERGE * MERGE);
    let squares = control[GRID_WIDTH] / MERGE;  // from left to right
    return MERGE * vec2u(square / squares, square % squares) + vec2u(inside / MERGE, inside % MERGE);
}
