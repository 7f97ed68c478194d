"""What the bank keeps of cards and money beside its first tables: tables, what is read and changed in them, samples.

All tables are imported here, so that they are made whatever part of the bank is used first.
"""

from actions.records import card_tables, money_tables, service_tables

__all__ = ["card_tables", "money_tables", "service_tables"]
