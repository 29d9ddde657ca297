"""What a bundle needs before it is hosted: reading a checkpoint's facts, writing, checking, summing up. The page has none of it."""
