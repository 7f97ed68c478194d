"""What runs in the background: inbox, outbox and second tries, calls back, facts on their way to the records."""
