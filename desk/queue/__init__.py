"""The left column: who waits, who is whose, what is over, and finding them."""
