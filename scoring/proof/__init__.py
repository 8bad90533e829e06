"""Scorecards from tables, and what shows that a score means something. Pure: data frames in, results out."""
