"""Sentences as vectors: near in meaning is near in angle. The model lies in a package; nothing is fetched (decision 19)."""
