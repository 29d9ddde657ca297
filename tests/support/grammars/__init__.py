"""Grammars tried: schemas and patterns, good ones and faulty ones, and walks and answers through what they make."""
