"""The parts of the pipeline that tell what is wanted (config.yml; docs/understanding.md). Rasa makes and calls them."""
