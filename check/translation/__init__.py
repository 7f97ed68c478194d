"""Other languages: mistakes in their files, and what is not translated yet."""
