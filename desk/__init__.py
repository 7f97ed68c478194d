"""The agents' desk: sign-in, the queue, one conversation beside its facts. Mounted on the internal listener."""
