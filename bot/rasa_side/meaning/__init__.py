"""What a sentence says beyond its intent: whether it is a detail, a wish to be asked for first, signs of mood. Pure."""
