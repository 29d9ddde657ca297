// position = position + count
//% include "shared/control.wgsl"

@group(0) @binding(0) var<storage, read_write> control: array<u32>;

@compute @workgroup_size(1)
fn main() {
    if (control[DONE] == 0u) {
        control[POSITION] += control[COUNT];
    }
}
