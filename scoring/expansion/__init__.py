"""Expansion: signals that a customer may want more, what that would be worth where prices say so, and cross-sell."""

from scoring.expansion.amount import Amounts, amounts
from scoring.expansion.peers import NO_PEERS, PeerGroup, Peers, peers, peers_of
from scoring.expansion.signals import SIGNALS, find_signals

__all__ = ["NO_PEERS", "SIGNALS", "Amounts", "PeerGroup", "Peers", "amounts", "find_signals", "peers", "peers_of"]
