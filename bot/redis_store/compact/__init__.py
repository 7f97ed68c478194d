"""What is kept in few bytes: events packed, ids as marks."""
