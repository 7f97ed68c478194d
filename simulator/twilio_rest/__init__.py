"""Twilio's REST API: calls, conferences, messages, our numbers, and Verify; text messages come in here, too."""
