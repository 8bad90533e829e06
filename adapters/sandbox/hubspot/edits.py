"""Edits by a person in the portal's pages: what the control surface asks for, done to the records. Knows no HTTP.

``fields`` holds properties; besides, ``associations`` may hold ``{"contacts": ["id", …]}`` for links to make, and
``dissociate`` the same for links to end: neither moves the stamp. ``archived: false`` restores. With ``delete``,
``merged_into`` names the record to merge into, and ``gdpr: true`` leaves no trace. The id ``*`` means every record,
all changed in one millisecond, as a bulk edit or a workflow does.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from adapters.sandbox.clock import SandboxClock
from adapters.sandbox.hubspot import shapes, writing
from adapters.sandbox.hubspot.errors import HubspotError
from adapters.sandbox.hubspot.hooks import association, changes_of, told_as
from adapters.sandbox.hubspot.links import types_of
from adapters.sandbox.hubspot.portal import Portal, Row, Shelf
from adapters.sandbox.hubspot.schema import object_type
from adapters.sandbox.hubspot.seed import response_group
from adapters.sandbox.hubspot.values import epoch_ms, iso
from adapters.sandbox.notify import Change
from adapters.sandbox.vendor import Edit, Edited, EditRefused

EVERY: Final = "*"


def apply_edit(portal: Portal, clock: SandboxClock, edit: Edit) -> Edited:
    """Do a person's edit; EditRefused says why not, and nothing was done then."""
    kind = object_type(edit.object)
    if kind is None:
        raise EditRefused(f"{edit.object} is not an object of this portal")
    shelf = portal.shelves[kind.name]
    fields = dict(edit.fields)
    wanted, unwanted = fields.pop("associations", {}), fields.pop("dissociate", {})
    try:
        with portal.lock:
            if edit.id == EVERY:
                return _all_changed(portal, shelf, fields, epoch_ms(clock.now()))
            links = _links(portal, shelf, wanted)
            if kind.name == "feedback_submissions" and edit.id is None:
                fields = _named_contact(fields, links)
            row, action, changed = _done(portal, shelf, edit, fields, epoch_ms(clock.now()))
            for target, other in links:
                pair = (kind.name, target)
                writing.link(portal, pair, row.id, other, types_of(pair))
            ended = _links(portal, shelf, unwanted)
            for target, other in ended:
                writing.unlink(portal, (kind.name, target), row.id, other)
            changes = _told(portal, shelf, row, action, fields, changed, clock.now())
            if "associationChange" in portal.options.subscribed:
                ends = [*((one, False) for one in links), *((one, True) for one in ended)]
                changes += [association(kind.name, row.id, *one, clock.now(), removed) for one, removed in ends]
            return Edited(shapes.record(shelf, row, tuple(row.props)), changes)
    except HubspotError as error:
        raise EditRefused(error.message) from error


def _told(
    portal: Portal,
    shelf: Shelf,
    row: Row,
    action: str,
    fields: Mapping[str, Any],
    changed: Mapping[str, str | None],
    at: datetime,
) -> list[Change]:
    """The changes that the app hears of, in the words of its subscriptions."""
    name, options = shelf.kind.name, portal.options
    if action == "deleted":
        into = {"into": str(fields.get("merged_into") or ""), "survivor": str(shelf.merged.get(row.id, ""))}
        return changes_of(name, row.id, told_as(action, fields, options), into, at, "ui")
    found = changes_of(name, row.id, action, changed, at, "ui")
    if fields.get("archived") is False and "restore" in options.subscribed:
        return [*changes_of(name, row.id, "restored", {}, at, "ui"), *found]
    return found


def _done(
    portal: Portal, shelf: Shelf, edit: Edit, fields: Mapping[str, Any], now: int
) -> tuple[Row, str, Mapping[str, str | None]]:
    if edit.id is None:
        return _created(portal, shelf, fields, now), "created", {}
    row = _living(portal, shelf, edit, fields, now)
    if edit.delete:
        _removed(portal, shelf, row, fields, now)
        return row, "deleted", {}
    known = {name: "" if value is None else value for name, value in fields.items() if name != "archived"}
    stroke = writing.stroke(portal, shelf, row, known, writing.PERSON)
    return row, "updated", writing.apply(shelf, stroke, now, writing.PERSON)


def _living(portal: Portal, shelf: Shelf, edit: Edit, fields: Mapping[str, Any], now: int) -> Row:
    """The record to edit, restored first where the edit says so."""
    key = int(edit.id) if edit.id and edit.id.isdecimal() else 0
    if fields.get("archived") is False and key in shelf.rows and key not in shelf.merged:
        writing.restore(portal, shelf, shelf.rows[key], now)
    row = shelf.live(key)
    if row is None:
        raise EditRefused(f"there is no {shelf.kind.singular} {edit.id}")
    return row


def _removed(portal: Portal, shelf: Shelf, row: Row, fields: Mapping[str, Any], now: int) -> None:
    into = str(fields.get("merged_into") or "")
    if into:
        winner = shelf.live(int(into)) if into.isdecimal() else None
        if winner is None:
            raise EditRefused(f"there is no {shelf.kind.singular} {into}")
        writing.merge(portal, shelf, winner, row, now)
    elif fields.get("gdpr"):
        writing.erase(portal, shelf, row, now)
    else:
        writing.archive(portal, shelf, row, now)


def _all_changed(portal: Portal, shelf: Shelf, fields: Mapping[str, Any], now: int) -> Edited:
    """One value for every record of a type: nobody is told, as after a bulk edit of more than HubSpot tells of."""
    rows = [shelf.rows[record] for record in shelf.ids(False)]
    for row in rows:
        writing.apply(shelf, writing.stroke(portal, shelf, row, fields, writing.PERSON), now, writing.PERSON)
    return Edited({"changed": len(rows)}, [])


def _created(portal: Portal, shelf: Shelf, fields: Mapping[str, Any], now: int) -> Row:
    if shelf.kind.name != "feedback_submissions":
        return writing.create(portal, shelf, fields, now, writing.PERSON)
    key = str(fields.get("hs_contact_id") or "")
    contact = portal.shelves["contacts"].live(int(key)) if key.isdecimal() else None
    row = writing.create(portal, shelf, _answer(fields, contact, now), now, writing.PERSON)
    if contact is not None:
        pair = ("feedback_submissions", "contacts")
        portal.links.add(pair, row.id, contact.id, types_of(pair))
    return row


def _named_contact(fields: dict[str, Any], links: list[tuple[str, int]]) -> dict[str, Any]:
    """A contact given as an association is the one who answered."""
    contacts = [str(other) for target, other in links if target == "contacts"]
    return {"hs_contact_id": contacts[0], **fields} if contacts else fields


def _answer(fields: Mapping[str, Any], contact: Row | None, now: int) -> dict[str, Any]:
    """A survey answer as HubSpot completes it: time, group and the contact's address."""
    if fields.get("hs_contact_id") and contact is None:
        raise EditRefused(f"there is no contact {fields['hs_contact_id']}")
    survey, score = str(fields.get("hs_survey_type", "NPS")), str(fields.get("hs_value", ""))
    try:
        group = response_group(survey.lower(), float(score))
    except ValueError as exc:
        raise EditRefused(f"hs_value must be a number, not {score!r}") from exc
    return {
        "hs_survey_type": survey,
        "hs_submission_timestamp": iso(now),
        "hs_response_group": group,
        "hs_contact_email_rollup": contact.props.get("email") if contact else None,
        **fields,
    }


def _links(portal: Portal, shelf: Shelf, wanted: Any) -> list[tuple[str, int]]:
    """(type, id) of every link asked for; EditRefused when one cannot be made."""
    if not isinstance(wanted, dict):
        raise EditRefused('associations must be an object such as {"contacts": ["123"]}')
    found = []
    for word, keys in wanted.items():
        kind = object_type(word)
        if kind is None or not types_of((shelf.kind.name, kind.name)):
            raise EditRefused(f"{shelf.kind.name} cannot be associated with {word}")
        for key in keys if isinstance(keys, list) else [keys]:
            row = portal.shelves[kind.name].live(int(key)) if str(key).isdecimal() else None
            if row is None:
                raise EditRefused(f"there is no {kind.singular} {key}")
            found.append((kind.name, row.id))
    return found
