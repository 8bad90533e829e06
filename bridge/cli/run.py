"""``csbridge run``: sync, score, push once; then tell the endpoints of ``outbound``."""

import click

from bridge.cli import outbox, outbox_text, push, score, sync
from bridge.cli.shell import Result, Shell, gravest, verb


@click.command("run", short_help="Sync, score, push once.")
@verb
def command(shell: Shell) -> Result:
    """The whole loop once: pull what changed, decide, write the difference, tell the endpoints of `outbound`.

    Exits with 1 where all of it was done but for some: records that were refused or put off, or an endpoint that was
    not told everything (`outbox list`). It is tried again later.
    """
    with shell.workspace() as workspace, shell.progress() as progress:
        data = {"sync": sync.synced(workspace, progress), "score": score.scored(workspace, progress)}
        text = [sync.described(data["sync"]), score.described(data["score"])]
        if workspace.settings.write.dry_run:
            plan = push.planned(workspace, None)
            code = gravest(data["sync"]["failures"], plan.code)
            return Result({**data, "push": plan.data}, "\n".join([*text, plan.text]), code)
        data["push"] = push.pushed(workspace, progress)
        code = gravest(data["sync"]["failures"], push.code_of(data["push"]))
        text.append(push.described(data["push"]))
        if workspace.settings.outbound:
            data["outbound"] = outbox.sent(workspace)
            text.append(outbox_text.sent(data["outbound"]))
            code = code or outbox.code_of(data["outbound"])
        return Result(data, "\n".join(text), code)
