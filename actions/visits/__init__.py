"""Appointments at a branch: which are free, which are wished for, how they are talked about."""
