"""Pure rules that the store keeps to as well: no database, no network."""
