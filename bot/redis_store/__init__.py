"""The stores of ``bot.ports`` in Redis: what stands now; what is kept for good is in ``records/``."""
