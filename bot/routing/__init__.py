"""Who waits where in line and who is asked: rules of queues as data, and pure decisions by them (docs/routing.md)."""
