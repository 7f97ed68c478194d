"""Scripted calls: journeys on the phone, with what may go wrong on the way (docs/calls.md)."""
