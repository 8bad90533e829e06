"""What is known: from the store at any moment, and of the time before the first sync from the vendors."""
