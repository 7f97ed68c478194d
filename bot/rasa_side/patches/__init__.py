"""What Rasa 3.6 needs changed to run on current libraries, or to do less work for the same answers."""
