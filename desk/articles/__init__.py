"""Articles at the desk: found beside the composer, and proposed from replies."""
