// Four rows of W times 16 tokens: column j of a matrix holds a row's sums for tokens 4*j .. 4*j + 3.
struct Sums {
    a: mat4x4f,
    b: mat4x4f,
    c: mat4x4f,
    d: mat4x4f,
}

// Four rows of w (which may be one) times the tokens from `first` on. Every weight is unpacked once for all 16. Tokens are columns of their own: what x holds beyond the last, even NaN, stays in sums that nobody stores.
fn product(rows: vec4u, first: u32) -> Sums {
    var sums = Sums();
    let words = rows / 32u * (K / WORD * 32u) + rows % 32u;
    for (var group = 0u; group < K / 32u; group++) {
        let scale_a = group_scale(rows.x, group);
        let scale_b = group_scale(rows.y, group);
        let scale_c = group_scale(rows.z, group);
        let scale_d = group_scale(rows.w, group);
        for (var part = 0u; part < 32u / WORD; part++) {
            let at = (group * (32u / WORD) + part) * 32u;
            let word_a = w[words.x + at];
            let word_b = w[words.y + at];
            let word_c = w[words.z + at];
            let word_d = w[words.w + at];
            for (var index = 0u; index < WORD / 4u; index++) {
                let a = quad(word_a, index, scale_a);
                let b = quad(word_b, index, scale_b);
                let c = quad(word_c, index, scale_c);
                let d = quad(word_d, index, scale_d);
                let k4 = group * 8u + part * (WORD / 4u) + index;
                let x_0 = four_tokens(first, k4);
                sums.a[0] += a * x_0;
                sums.b[0] += b * x_0;
                sums.c[0] += c * x_0;
                sums.d[0] += d * x_0;
                let x_1 = four_tokens(first + 4u, k4);
                sums.a[1] += a * x_1;
                sums.b[1] += b * x_1;
                sums.c[1] += c * x_1;
                sums.d[1] += d * x_1;
                let x_2 = four_tokens(first + 8u, k4);
                sums.a[2] += a * x_2;
                sums.b[2] += b * x_2;
                sums.c[2] += c * x_2;
                sums.d[2] += d * x_2;
                let x_3 = four_tokens(first + 12u, k4);
                sums.a[3] += a * x_3;
                sums.b[3] += b * x_3;
                sums.c[3] += c * x_3;
                sums.d[3] += d * x_3;
            }
        }
    }
    return sums;
}

// x of four tokens from 4*k4 on, one token to a column.
fn four_tokens(token: u32, k4: u32) -> mat4x4f {
    let at = token * (K / 4u) + k4;
    return mat4x4f(x[at], x[at + K / 4u], x[at + K / 2u], x[at + 3u * (K / 4u)]);
}

// Store a row's sums for the 16 tokens from `first` on that lie before `end`.
fn store(row: u32, first: u32, end: u32, sums: mat4x4f) {
    store_four(row, first, end, sums[0]);
    store_four(row, first + 4u, end, sums[1]);
    store_four(row, first + 8u, end, sums[2]);
    store_four(row, first + 12u, end, sums[3]);
}

fn store_four(row: u32, token: u32, end: u32, sums: vec4f) {
    if (token < end) {
        store_one(row, token, sums.x);
    }
    if (token + 1u < end) {
        store_one(row, token + 1u, sums.y);
    }
    if (token + 2u < end) {
        store_one(row, token + 2u, sums.z);
    }
    if (token + 3u < end) {
        store_one(row, token + 3u, sums.w);
    }
}
