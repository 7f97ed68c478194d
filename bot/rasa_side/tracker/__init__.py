"""Rasa's conversations in Redis: store, lock, and the window that a prediction needs."""
