"""Messages with more than one wish, and the message that a wish was said in."""
