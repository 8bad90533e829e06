"""Which accounts are one customer, and what parents are told of those below them."""
