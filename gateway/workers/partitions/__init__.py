"""Which gateway works on which partition, and how its two streams are read."""
