"""What goes after its time, and everything of one person: deleted, stripped or handed over."""
