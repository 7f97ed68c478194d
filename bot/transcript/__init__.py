"""What was said, as a person reads it, and what we say without being asked."""
