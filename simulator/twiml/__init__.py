"""TwiML: what documents may hold (``table``, ``values``), and reading one (``read``) into typed verbs (``verbs``)."""
