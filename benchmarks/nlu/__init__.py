"""How well a pipeline understands somebody's sentences: ``make bench-nlu`` (docs/understanding.md)."""
