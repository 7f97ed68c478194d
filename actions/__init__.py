"""The sample bank's own actions: what a business replaces; what every business keeps is in ``bot/skills/``."""
