"""What is said aloud, and which words or keys a caller may answer with."""
