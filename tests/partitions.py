"""The partitions of a store that is new, as every test's is."""

from __future__ import annotations

from bot.redis_store.partition_map import PARTITIONS, Generation

FIRST = Generation(1, PARTITIONS)
partition_of = FIRST.of
all_partitions = FIRST.partitions
