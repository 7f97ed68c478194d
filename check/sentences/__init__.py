"""What is said to customers: sentences, options and values."""
