"""A step spoken over ConversationRelay's socket, and its answer heard."""
