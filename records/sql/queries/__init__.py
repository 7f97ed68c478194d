"""What is asked of the records: conversations found and read, in pages."""
