// A token's value in the draw: its logit after penalties and temperature. Needs settings.wgsl.
fn is_allowed(index: u32) -> bool {
    return ((allowed[index / 32u] >> (index % 32u)) & 1u) != 0u;
}

// The logit after penalties and temperature; ``times``: bit 31 when the prompt has the token, below it the times it was generated.
fn adjusted(asked: Sampling, logit: f32, times: u32) -> f32 {
    var value = logit;
    if (times != 0u) {
        value = select(value * asked.repetition, value / asked.repetition, value > 0.0);
    }
    let generated = times & 0x7FFFFFFFu;
    if (generated != 0u) {
        value -= asked.presence + asked.frequency * f32(generated);
    }
    if (asked.temperature > 0.0) {
        value /= asked.temperature;
    }
    return value;
}
