"""What a person is given with a conversation, as JSON for other programs (docs/handoff-packet.md)."""
