"""How one kernel is said: to the GPU (``templates/*.wgsl``), to numpy (its twin), to the planner (``catalog``).

Glossary of dimension letters, used in every shape comment of the project:

    T    rows of one pass: tokens of a prefill chunk, 1 when decoding
    D    hidden_size, the width of the residual stream
    F    intermediate_size, the width of the MLP
    V    vocab_size, rows of the embedding and of the head (padding rows included)
    L    layers
    Hq   attention query heads          Hkv  attention key/value heads        Dh  head_dim
    R    rotary dimensions, the first R of Dh
    Hk   linear-attention key heads     Hv   linear-attention value heads
    Dk   linear key head dim            Dv   linear value head dim
    C    convolution channels, 2*Hk*Dk + Hv*Dv
    P    tokens in the caches (the position of the next token)
    N, K rows and columns of any weight matrix, y[N] = W[N, K] x[K]
    B    blocks that the sampler splits the vocabulary into

Of the vision tower, whose rows T are patches and whose width is D until its rows are merged into the language model's:

    HEADS, HD   attention heads and their dimension, D = HEADS * HD
    H, W        height and width of a resized picture in pixels
    PATCH       pixels of a patch's side          MERGE  patches of the side of a square, which becomes one row
    SIDE        rows and columns of the table of learned places
    A           rows in which encoded pictures are kept

Layering: ``catalog`` and ``formats`` are pure data and import nothing else. ``variants`` says in which forms a kernel may be had.
``sources`` reads templates as text and gives a
kernel its name; ``render`` alone imports jinja2. ``pack`` and ``twins`` alone need numpy, which the page has not. Nothing here
imports ``pyside``.
"""
