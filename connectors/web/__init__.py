"""Web chat: the page, its WebSocket, and what stands in a visitor's window."""
