"""What runs inside Rasa's own process, named in its configuration; we ask it over ``bot/rasa_http/``."""
