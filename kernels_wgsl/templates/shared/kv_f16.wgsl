// Four neighbouring values of a key or value row, stored as f16.
alias KvQuad = vec2u;

fn load_quad(stored: KvQuad) -> vec4f {
    return vec4f(unpack2x16float(stored.x), unpack2x16float(stored.y));
}

fn store_quad(values: vec4f) -> KvQuad {
    return vec2u(pack2x16float(values.xy), pack2x16float(values.zw));
}
