"""Checkpoints and bundles made for tests, and what a network must compute from them."""
