"""What is read before anything is judged: documents with their lines, the layers of files, the assistant they make."""
