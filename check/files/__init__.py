"""What each file is by itself: where it stands, what may stand in it, and of which kind."""
