"""Whether what is stored is what the database says, and repairing what is not."""
