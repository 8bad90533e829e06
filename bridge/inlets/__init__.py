"""What waits in the inbox, taken in: by each source its own way."""
