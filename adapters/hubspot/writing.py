"""Writes own fields: one batch/update of up to 100 records, an outcome for each.

HubSpot answers a bad value with 400 for the whole batch, or with 207 and the good ones written: both are met.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from adapters.contract import Outcome, Patch
from adapters.errors import Refused
from adapters.halving import halve
from adapters.hubspot import paths
from adapters.hubspot.client import Client, Reply
from adapters.hubspot.failures import code_of
from adapters.hubspot.shapes import OWN_OBJECTS, vendor_name
from adapters.hubspot.values import text, written
from config.fields import OwnField

BATCH: Final = 100
"""Most records of one batch/update."""

_EVERYWHERE: Final = frozenset({"PROPERTY_DOESNT_EXIST", "READ_ONLY_VALUE"})
"""Refusals of a property, not of a value: every record that carries it would be refused alike."""
_DEFINITION: Final = _EVERYWHERE | {"INVALID_OPTION"}
"""Refusals that the portal's set-up causes: the property, or one of its options, is not as we need it."""
_GONE: Final = "OBJECT_NOT_FOUND"
"""The record was deleted: said of the ids in an error's context, or (404) of the only record of a call."""
_PROPERTY: Final = re.compile(r'"name"\s*:\s*"([^"]+)"')


def write(client: Client, own: Mapping[str, OwnField], patches: Sequence[Patch]) -> list[Outcome]:
    """Outcomes in the order of ``patches``, which are of one kind. What cannot be expressed is refused here, unsent."""
    kinds = {patch.ref.kind for patch in patches}
    if len(kinds) > 1 or len(patches) > BATCH or not kinds <= {"account", "person"}:
        raise ValueError(f"at most {BATCH} patches of one kind with own fields can be written, not {sorted(kinds)}")
    bodies: dict[str, dict[str, str]] = {}
    unwritable: dict[int, Outcome] = {}
    for place, patch in enumerate(patches):
        try:
            # of one id there can be one input only: a batch with the same id twice fails
            bodies[patch.ref.id] = bodies.get(patch.ref.id, {}) | properties(patch, own)
        except ValueError as error:
            unwritable[place] = Outcome(patch.ref, "refused", code="UNWRITABLE", message=str(error))
    sendable = [patch for place, patch in enumerate(patches) if place not in unwritable]
    answered = halve(sendable, lambda part: _send(client, part, bodies))
    sent = iter(replace(outcome, definition=outcome.code in _DEFINITION) for outcome in answered)
    return [unwritable.get(place) or next(sent) for place in range(len(patches))]


def _send(client: Client, patches: Sequence[Patch], bodies: Mapping[str, Mapping[str, str]]) -> list[Outcome]:
    inputs = {patch.ref.id: bodies[patch.ref.id] for patch in patches}
    body = {"inputs": [{"id": one, "properties": {**said}} for one, said in inputs.items()]}
    try:
        reply = client.send("POST", paths.BATCH_UPDATE, "write", body, object=OWN_OBJECTS[patches[0].ref.kind])
    except Refused as error:
        if len(inputs) == 1 and (error.status, error.code) == (404, _GONE):
            return [Outcome(patch.ref, "gone", code=error.code, message=str(error)) for patch in patches]
        if refused := refused_alike(patches, inputs, error):
            return refused
        raise
    return outcomes(patches, reply)


def properties(patch: Patch, own: Mapping[str, OwnField]) -> dict[str, str]:
    """The patch in HubSpot's names and texts. Raises ValueError for a field that csbridge does not write."""
    foreign = sorted(name for name in patch.fields if name not in own or not own[name].written)
    if foreign:
        raise ValueError(f"not own fields, never written: {', '.join(foreign)}")
    return {vendor_name(own[name]): written(own[name], value) for name, value in patch.fields.items()}


def refused_alike(
    patches: Sequence[Patch], inputs: Mapping[str, Mapping[str, str]], error: Refused
) -> list[Outcome] | None:
    """One outcome for all, where the refused property is in every record: halving would ask 2n times in vain."""
    named = set(_PROPERTY.findall(str(error)))
    if error.code not in _EVERYWHERE or not all(named & said.keys() for said in inputs.values()):
        return None
    return [Outcome(patch.ref, "refused", code=error.code, message=str(error)) for patch in patches]


def outcomes(patches: Sequence[Patch], reply: Reply) -> list[Outcome]:
    """What a 200 or 207 says of each patch; results come in any order.

    A record that is neither among the results nor among the errors was merged away meanwhile, perhaps: its values
    may stand in the survivor. It counts as lost, and is read back.
    """
    done = {str(result.get("id")) for result in reply.results}
    errors = [error for error in reply.body.get("errors") or () if isinstance(error, dict)]
    blamed = {one: error for error in errors for one in _ids(error)}
    # whom an error without ids means is not known: if it says "gone", a reading tells
    unnamed = next((error for error in errors if not _ids(error) and code_of(error) != _GONE), None)
    return [_outcome(patch, reply, done, blamed.get(patch.ref.id, unnamed)) for patch in patches]


def _outcome(patch: Patch, reply: Reply, done: set[str], error: Mapping[str, Any] | None) -> Outcome:
    if patch.ref.id in done:
        return Outcome(patch.ref, "written", at=reply.at)
    if error is None:
        return Outcome(patch.ref, "lost", at=reply.at, message="HubSpot's answer does not mention this record")
    message = text(error.get("message")) or "refused without a message"
    code = code_of(error)
    return Outcome(patch.ref, "gone" if code == _GONE else "refused", at=reply.at, code=code, message=message)


def _ids(error: Mapping[str, Any]) -> list[str]:
    ids = (error.get("context") or {}).get("ids") or (error.get("context") or {}).get("id") or ()
    return [str(one) for one in (ids if isinstance(ids, (list, tuple)) else [ids])]
