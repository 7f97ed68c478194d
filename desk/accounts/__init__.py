"""What is kept of those who may sign in, besides the agents themselves (``desk.agents``)."""
