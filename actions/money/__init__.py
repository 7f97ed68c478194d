"""Payments, transfers, limits and disputes."""
