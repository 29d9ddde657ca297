// Four neighbouring values of a key or value row, stored as f16.
alias KvQuad = vec2u;

fn load_quad(stored: KvQuad) -> vec4f {
    return vec4f(unpack2x16float(stored.x), unpack2x16float(stored.y));
}

// What f16 cannot hold is stored as its largest number: pack2x16float() may make anything of it, and infinity would spoil
// every later token.
fn store_quad(values: vec4f) -> KvQuad {
    let held = clamp(values, vec4f(-65504.0), vec4f(65504.0));
    return vec2u(pack2x16float(held.xy), pack2x16float(held.zw));
}
