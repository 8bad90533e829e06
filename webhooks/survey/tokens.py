"""The signed part of a survey link: which person, and which survey, readable by nobody but us.

Pure. Deterministic authenticated encryption (AES-SIV, RFC 5297): the same person and survey give the same token for
ever, so that no link is rewritten; whoever changes one bit of it, or guesses, holds nothing.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from adapters.records import Ref
from config.surveys import SurveyName

KEY_BYTES: Final = 64
LONGEST: Final = 512
"""Characters of a token; a CRM's ids make it some 45 long."""

_MARKS: Final[Mapping[SurveyName, bytes]] = {"nps": b"n", "csat": b"c", "ces": b"e"}
_SURVEYS: Final = {mark: survey for survey, mark in _MARKS.items()}
_PURPOSE: Final = b"csbridge survey link"


@dataclass(frozen=True, slots=True)
class Invitation:
    """Who is asked, and what."""

    person: Ref
    survey: SurveyName


class Tokens:
    """Makes tokens with the first of ``keys``, and reads those of any. ``connections``: whose persons there are."""

    def __init__(self, keys: Sequence[bytes], connections: Sequence[str]) -> None:
        self._ciphers = [AESSIV(key) for key in keys]
        self._connections = tuple(connections)

    def token(self, invitation: Invitation) -> str:
        plain = _MARKS[invitation.survey] + invitation.person.id.encode()
        sealed = self._ciphers[0].encrypt(plain, _bound_to(invitation.person.connection))
        return urlsafe_b64encode(sealed).rstrip(b"=").decode()

    def read(self, token: str) -> Invitation | None:
        """None for whatever we did not make ourselves, and no word on why. Every key is tried, whichever fits."""
        sealed = _decoded(token)
        if sealed is None:
            return None
        found = [
            invitation
            for cipher in self._ciphers
            for connection in self._connections
            if (invitation := _opened(cipher, connection, sealed))
        ]
        return found[0] if found else None


def _bound_to(connection: str) -> list[bytes]:
    return [_PURPOSE, connection.encode()]


def _decoded(token: str) -> bytes | None:
    """Only of the one spelling that we use: of each token there is one."""
    if not 0 < len(token) <= LONGEST or not token.isascii():
        return None
    try:
        sealed = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (Error, ValueError):
        return None
    return sealed if urlsafe_b64encode(sealed).rstrip(b"=").decode() == token else None


def _opened(cipher: AESSIV, connection: str, sealed: bytes) -> Invitation | None:
    try:
        plain = cipher.decrypt(sealed, _bound_to(connection))
    except (InvalidTag, ValueError):  # ValueError: shorter than a seal
        return None
    return Invitation(Ref(connection, "person", plain[1:].decode()), _SURVEYS[plain[:1]])
