"""A customer goes on elsewhere at their wish: by phone, by text, in a browser."""
