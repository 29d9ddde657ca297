"""Texts that break tokenizers, and texts that attack pages."""
