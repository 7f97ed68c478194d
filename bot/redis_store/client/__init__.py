"""How Redis is spoken to, whatever is kept there."""
