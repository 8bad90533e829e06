"""``python -m bridge.cli``: the same as ``csbridge``."""

from bridge.cli.main import main

main()
