"""Messenger: the customer's account (``messenger``) and the Send API (``graph``) with its rules (``graph_rules``)."""
