"""The demo: the ordinary commands, driven against the two sandbox CRMs."""
