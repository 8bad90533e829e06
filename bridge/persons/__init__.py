"""Persons and their rights: found, shown, erased, kept out."""
