"""What a message means right behind an answer: what may follow it, and what the turn before said."""
