"""The toy assistant's two custom actions."""
