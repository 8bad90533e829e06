"""What senders mean: whose records theirs are, while accounts and persons are merged or go."""
