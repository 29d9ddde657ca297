// Four neighbouring values of a key or value row, stored as f32.
alias KvQuad = vec4f;

fn load_quad(stored: KvQuad) -> vec4f {
    return stored;
}

fn store_quad(values: vec4f) -> KvQuad {
    return values;
}
