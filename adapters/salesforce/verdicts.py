"""What Salesforce says of one record that was not written → an outcome; REST and bulk use the same words. Pure."""

import re
from datetime import datetime
from typing import Final

from adapters.contract import Outcome
from adapters.records import Ref
from adapters.salesforce.failures import TRANSIENT_ROW

DEFINITION: Final = frozenset(
    {"INVALID_FIELD", "INVALID_FIELD_FOR_INSERT_UPDATE", "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"}
)
"""Refusals that the org's set-up causes: a field or an option is missing, or hidden from us."""

TOGETHER: Final = frozenset({"CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "CANNOT_EXECUTE_FLOW_TRIGGER"})
"""Refusals by a trigger or a flow that failed: it is handed 200 records, and fails all of them because of one."""

_GONE: Final = frozenset({"ENTITY_IS_DELETED", "NOT_FOUND"})
"""Said of one record: it was deleted. Not INVALID_CROSS_REFERENCE_KEY, which a trigger's look-up causes, too."""

_ERROR: Final = re.compile(r"(?P<code>[A-Z][A-Z0-9_]+):(?P<message>.*)", re.DOTALL)
_FIELDS: Final = re.compile(r"(?P<message>.*):(?P<fields>[^:]*)--\s*", re.DOTALL)


def judged(ref: Ref, code: str, message: str, fields: str, at: datetime) -> Outcome:
    """A record that was not written."""
    told = (message or "refused without a reason") + (f" [{fields}]" if fields else "")
    if code in _GONE:
        return Outcome(ref, "gone", at=at, code=code, message=told)
    if code in TRANSIENT_ROW:
        return Outcome(ref, "later", code=code, message=told)
    return Outcome(ref, "refused", code=code, message=told, definition=code in DEFINITION)


def judged_text(ref: Ref, error: str, at: datetime) -> Outcome:
    """The same from bulk's ``CODE:message:fields --``; the message may have colons, and the end may be missing."""
    match = _ERROR.fullmatch(error.strip())
    if match is None:
        return judged(ref, "", error.strip(), "", at)
    end = _FIELDS.fullmatch(match["message"])
    message, fields = (end["message"], end["fields"].strip()) if end else (match["message"], "")
    return judged(ref, match["code"], message.strip(), fields, at)
