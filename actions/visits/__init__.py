"""Visits to a branch: hours, the nearest ones, and appointments (free times, times in words, the talk about them)."""
