"""Beside the reply: canned replies offered in a conversation, and the pages on which they are made."""
