"""What the bank keeps of cards and money beside its first tables: tables, what is read and changed in them, samples."""
