"""``make check``: every mistake in the assistant's files at once, with file, line and cure. No Rasa, no training."""
