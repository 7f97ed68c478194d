"""What supervisors see and do: the queues and agents as they are now, and the day in figures."""
