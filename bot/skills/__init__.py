"""What every business's assistant can do and keeps; what a business replaces is in ``actions/``."""
