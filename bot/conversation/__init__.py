"""From one incoming message to what is answered; a reader begins at ``conversations.py``."""
