"""Every sentence that scoring says: the words lie in ``config/locales``, one file per language.

Must not decide anything but which wording of a sentence fits its numbers.
"""

from scoring.messages.catalogue import Catalogue
from scoring.messages.loading import catalogue
from scoring.messages.sentences import (
    feature_remedy,
    feature_sentence,
    flag_remedy,
    flag_sentence,
    label,
    signal_sentence,
)

__all__ = [
    "Catalogue",
    "catalogue",
    "feature_remedy",
    "feature_sentence",
    "flag_remedy",
    "flag_sentence",
    "label",
    "signal_sentence",
]
