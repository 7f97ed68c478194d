"""What was said, for those who design the assistant: without who said it."""
