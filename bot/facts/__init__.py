"""From a record before and after a change to the facts that are kept of it (``records/``)."""
