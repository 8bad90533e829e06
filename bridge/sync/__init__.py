"""Pulls what changed in the CRMs into the store, and compares both: records in, affected customers out."""
