// Counter-based random numbers: a hash of (seed, step) or (seed, step, index), so that no generator's state is kept.
fn scrambled(input: u32) -> u32 {
    let state = input * 747796405u + 2891336453u;
    let word = ((state >> ((state >> 28u) + 4u)) ^ state) * 277803737u;
    return (word >> 22u) ^ word;
}

fn random_word(seed: u32, step: u32) -> u32 {
    return scrambled(scrambled(seed) + step);
}

// Uniform in [0, 1), a multiple of 2^-24.
fn uniform(word: u32) -> f32 {
    return f32(word >> 8u) * 5.9604644775390625e-8;
}
