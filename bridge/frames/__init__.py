"""The frames that scoring takes: records as they were known, become rows and columns."""
