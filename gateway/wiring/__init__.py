"""Which adapter stands behind which port; ``core.py`` has the order."""
