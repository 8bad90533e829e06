"""``csbridge serve``: webhooks, scheduler and worker in one process."""

import logging
import sys
from typing import Any

import click

from bridge.cli.shell import Result, Shell, verb


@click.command("serve", short_help="Take webhooks, poll, score and push, until stopped.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Of the public port.")
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="Public; 0 chooses one.")
@click.option("--admin-host", default="127.0.0.1", show_default=True, help="Of the admin port: keep it private.")
@click.option("--admin-port", type=click.IntRange(0, 65535), default=8081, show_default=True)
@click.option("--log-json", is_flag=True, help="Log lines as JSON.")
@verb
def command(shell: Shell, host: str, port: int, admin_host: str, admin_port: int, log_json: bool) -> Result:
    """Serve webhooks, usage events (/v1), surveys (/s) and /healthz on the public port; /readyz, /metrics,
    /openapi.json and /healthz on the admin port.
    """
    import orjson

    from bridge.logs import configure
    from bridge.workers.service import serve_workspace
    from config.secrets import secrets_in

    def ready(serving: Any) -> None:
        if shell.json:
            click.echo(orjson.dumps({"public": serving.public, "admin": serving.admin}).decode())
        else:
            click.echo(f"public port: {serving.public}\nadmin port:  {serving.admin}")
        sys.stdout.flush()

    with shell.workspace() as workspace:
        configure(as_json=log_json, secrets=secrets_in(workspace.settings))
        logging.getLogger("csbridge").info("serving")
        serve_workspace(workspace, host, port, admin_host, admin_port, ready)
    return Result(None)
