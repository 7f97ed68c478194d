"""A handoff's life on the desk: the forms by which agents step it on, notes among colleagues, what is closed."""
