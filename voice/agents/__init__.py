"""Callers who wait for a person, and the conference that joins them: queue, hold music, agents' legs."""
