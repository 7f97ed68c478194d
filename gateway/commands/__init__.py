"""What an operator runs by hand on the store: agents, failed sends, retention."""
