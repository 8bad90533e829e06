"""The numbers of the business: gathered from the store, brought to one currency, reckoned."""
