"""A stand-in for Twilio and Messenger with a page, for people without accounts and for tests (docs/simulator.md).

It is a stranger to the rest of Onethread: it imports nothing of ours and speaks only the vendors' protocols.
"""
