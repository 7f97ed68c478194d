"""Journeys: conversations written as data, run through the real installation, told as the customer saw them."""
