"""Our own one-click surveys: the links, their keys, and where they can be written to."""
