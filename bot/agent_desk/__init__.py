"""What an agent may do from the desk: see the queue, accept, reply, transfer, close, call back. Its pages are in ``desk/``."""
