"""What answers Rasa when it runs an action, and refuses those above the sender's level."""
