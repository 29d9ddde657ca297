"""Parts by themselves, without a GPU and without a browser."""
