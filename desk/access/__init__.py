"""Who may do what at the desk: the table of routes, the gate in front of them, and the pages about accounts."""
