"""Handoffs that people answer at another desk than ours (docs/other-desks.md)."""
