"""Environment variables: names and defaults (``variables.py``), how each is read (``kinds.py``), what goes together."""
