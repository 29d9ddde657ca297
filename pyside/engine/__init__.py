"""Token ids in, token ids out: sessions, prefill, decoding and sampling over a plan."""
