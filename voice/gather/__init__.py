"""A step rendered as TwiML with ``<Gather>``, and its answer read."""
