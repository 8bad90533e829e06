"""Who acts on what came in: by the name of the source in the inbox, a function that takes in what waits of it."""

from collections.abc import Callable, Mapping

from bridge import survey_answers
from bridge.draining import drain
from bridge.working_off import Drained
from bridge.workspace import Workspace
from webhooks.survey.answers import SOURCE

Inlet = Callable[[Workspace, str], Drained]
"""Takes in what waits of one source now, and says when that had come in."""


def inlets(workspace: Workspace) -> Mapping[str, Inlet]:
    return {**{crm.name: drain for crm in workspace.settings.crms}, SOURCE: survey_answers.drain}
