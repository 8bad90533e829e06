"""csbridge: the engine. The only package that knows all the others."""

__version__ = "0.4.0"
