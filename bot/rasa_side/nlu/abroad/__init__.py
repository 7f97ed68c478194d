"""What a sentence in another language than English is read as: its glosses and its sounds. Pure."""
