"""JSON Schema as a grammar: references followed, keywords that combine schemas taken apart, then a node for each type of value."""
