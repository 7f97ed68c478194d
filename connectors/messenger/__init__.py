"""Messenger, over Meta's Graph API and its webhooks."""
