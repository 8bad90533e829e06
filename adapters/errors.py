"""What talking to a CRM can end in, named by what the caller does next.

    CsbridgeError
    ├── ConfigError        a person edits the configuration
    ├── Retry(after)       the same call again, after a while; nothing was applied
    │   ├── Lost           … or perhaps it was: repeated only where it changes nothing, else read back
    │   └── Locked         … once whoever holds a record of it lets go: in parts, the others need not wait
    ├── Refused(code)      a person decides: the vendor will not do this
    ├── Unauthorized       a person mends the login or grants the right
    ├── QuotaSpent(until)  stop, say until when, resume
    └── Rejected           a webhook that is not what it claims to be: answer with its status, keep nothing

Raised with facts (connection, status, the vendor's code, the first 500 characters of the body), ``from exc``.
Tokens, secrets and passwords never appear in them.
"""

from datetime import datetime, timedelta

from config.errors import CsbridgeError

BODY_LIMIT = 500
"""Characters of a vendor's answer that an error may quote."""


class AdapterError(CsbridgeError):
    """A call to a CRM did not do what was asked."""

    def __init__(self, message: str, *, connection: str = "", status: int | None = None, code: str = "") -> None:
        self.connection = connection
        self.status = status
        self.code = code
        self.said = message[:BODY_LIMIT]
        """The message without the facts around it."""
        facts = " ".join(fact for fact in (f"HTTP {status}" if status else "", code) if fact)
        prefix = f"[{connection}] " if connection else ""
        suffix = f" ({facts})" if facts else ""
        super().__init__(f"{prefix}{self.said}{suffix}")


class Retry(AdapterError):
    """The call was not applied and may be made again after ``after``."""

    def __init__(
        self,
        message: str,
        *,
        after: timedelta | None = None,
        connection: str = "",
        status: int | None = None,
        code: str = "",
    ) -> None:
        self.after = after
        super().__init__(message, connection=connection, status=status, code=code)


class Lost(Retry):
    """The answer never came: the call may or may not have been applied. Safe to repeat only for reads."""


class Locked(Retry):
    """Somebody else is changing one of the records that the call is about; nothing was applied."""


class Refused(AdapterError):
    """The vendor understood and will not do it; repeating changes nothing."""


class Unauthorized(AdapterError):
    """The login is wrong or expired beyond refresh, or a right is missing."""


class QuotaSpent(AdapterError):
    """The daily allowance is used up until ``until`` (aware UTC; None when the vendor does not say)."""

    def __init__(
        self,
        message: str,
        *,
        until: datetime | None = None,
        connection: str = "",
        status: int | None = None,
        code: str = "",
    ) -> None:
        self.until = until
        super().__init__(message, connection=connection, status=status, code=code)


class Rejected(CsbridgeError):
    """A delivery that is malformed (400), forged or stale (401), or for somebody else (404)."""

    def __init__(self, reason: str, *, status: int) -> None:
        self.status = status
        super().__init__(reason)
