"""Python that runs in the page and, unchanged, on the desk: chat, tokenizer, engine, plan, bundle format."""
