"""What it costs to keep what happened: Redis beside SQL, a turn beside the recorder, the recorder itself, and reading."""
