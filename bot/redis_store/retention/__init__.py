"""Deleting and showing what Redis keeps of a person: the contact with all that goes with it, recordings, the keys themselves."""
