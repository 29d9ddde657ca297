"""Executors of a Plan that need no browser."""
