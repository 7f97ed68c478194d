"""The phone line over Twilio's webhooks and ConversationRelay's socket; a reader begins at ``calls.py``."""
