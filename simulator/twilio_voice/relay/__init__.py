"""ConversationRelay: its websocket (``session``), how it speaks and listens (``voice``), its rules for frames (``rules``)."""
