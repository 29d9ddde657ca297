"""Tests of deltapage."""
