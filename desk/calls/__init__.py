"""Phone calls on the desk: what is done with one, and the phone in the browser."""
