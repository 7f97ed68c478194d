"""Text channels and vendors: each receives, hears of deliveries and sends; the phone line is ``voice/``."""
