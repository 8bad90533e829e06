"""Risk flags: which customers carry which, since which day, and with what evidence."""

from scoring.flags.registry import RULES, raise_flags
from scoring.flags.scene import Before, Raised

__all__ = ["RULES", "Before", "Raised", "raise_flags"]
