"""What doctor says of our own surveys: who has links in which CRM, and why links are not there."""

from collections.abc import Iterator

from adapters.contract import Finding
from bridge.doctor.noted import Noted
from bridge.surveys import links as surveying
from bridge.surveys import places as survey_places
from bridge.workspace import Workspace
from config.own_fields import survey_links


def settings_findings(workspace: Workspace) -> Iterator[Noted]:
    """Links that the admin names, and that are not written."""
    settings = workspace.settings
    if settings.public_url is None and settings.surveys and "surveys" in settings.model_fields_set:
        mend = "set public_url to where people reach this machine"
        yield Noted("csbridge.yml", Finding("warning", "surveys are named, but nobody could follow their links", mend))
    chosen = [name for name in settings.write.fields if name in survey_links()]
    named = dict.fromkeys([*chosen, *(name for name in settings.own_fields if name in survey_links())])
    for name in (one for one in named if one not in workspace.fields):
        survey = survey_links()[name]
        mend = "set public_url to where people reach this machine" if settings.public_url is None else ""
        mend = mend or f"name {survey} in surveys, and {name} in write.fields"
        yield Noted("csbridge.yml", Finding("warning", f"{name} is not written: nobody could follow the link", mend))


def findings(workspace: Workspace, name: str) -> Iterator[Noted]:
    """How many persons of one connection have links, and whether the CRM has a place for them."""
    if not surveying.names(workspace):
        return
    persons = [entry for entry in workspace.ledger.entries(name) if entry.ref.kind == "person" and entry.desired]
    there = sum(entry.desired == {one: entry.confirmed.get(one) for one in entry.desired or {}} for entry in persons)
    surveys = ", ".join(surveying.names(workspace).values())
    what = f"survey links ({surveys}) for {len(persons):,} persons, {there:,} of them in the CRM"
    yield Noted(name, Finding("info", what))
    if lacks := survey_places.waiting(workspace, name):
        mend = "csbridge provision --apply, or take the surveys out: surveys: []"
        yield Noted(name, Finding("warning", f"survey links wait: the CRM cannot hold them yet: {lacks}", mend))
