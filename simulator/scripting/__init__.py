"""The scripted customer: for tests (``testing``, ``people``) and in the terminal (``terminal``). Knows the page's API only."""
