"""Answers that keep to a form: a schema or a regular expression becomes a grammar over bytes, the grammar a mask over tokens."""
