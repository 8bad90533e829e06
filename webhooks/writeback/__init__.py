"""The write-back reconciler: desired − confirmed = the work. Knows no store, no scores, no vendor."""
