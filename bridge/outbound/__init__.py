"""What endpoints outside are told of, and how it gets there."""
