"""Who a sender is: codes that prove a number, what the proof opens and for how long, whose contact it is."""
