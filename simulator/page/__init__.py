"""The page at ``/simulator/``, its small API, and who may reach them."""
