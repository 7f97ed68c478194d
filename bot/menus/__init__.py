"""Choices as buttons, numbered text or speech, and the answer ("the second one") mapped back."""
