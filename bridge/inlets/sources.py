"""Who acts on what came in: by the name of the source in the inbox, a function that takes in what waits of it."""

from collections.abc import Callable, Mapping

from bridge.inlets import survey_answers
from bridge.inlets.draining import drain
from bridge.inlets.hearing import hear
from bridge.inlets.streaming import drain_events
from bridge.inlets.working_off import Drained
from bridge.workspace import Workspace
from webhooks.survey.answers import SOURCE

Inlet = Callable[[Workspace, str], Drained]
"""Takes in what waits of one source now, and says when that had come in."""


def inlets(workspace: Workspace) -> Mapping[str, Inlet]:
    found: dict[str, Inlet] = {crm.name: drain for crm in workspace.settings.crms}
    found |= {sender.name: hear for sender in workspace.settings.senders}
    found |= {source.name: drain_events for source in workspace.settings.usage if source.segment}
    return {**found, SOURCE: survey_answers.drain}
