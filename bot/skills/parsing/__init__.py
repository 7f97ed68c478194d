"""Finding names, digits and keys in a customer's words. Pure."""
