"""Rules, stories and forms: what follows what, and what rules can see."""
