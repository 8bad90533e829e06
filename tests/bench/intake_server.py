"""The server that intake is measured on, in a process of its own: csbridge's public app, or a route that does nothing.

python intake_server.py csbridge|nothing FOLDER [STORE]; prints its address, and ends with SIGTERM.
"""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask

from bridge.logs import configure
from bridge.workers.metrics import create_metrics
from bridge.workers.public_port import public_app
from bridge.workers.serving import Serving, serve
from bridge.workspace import open_workspace

SECRET = "a-secret-of-the-app-that-is-measured"
SETTINGS = f"""\
connections:
  - name: hs
    crm: hubspot
    base_url: http://127.0.0.1:9
    auth: {{{{flow: private_app, token: t}}}}
    webhook_secret: {SECRET}
store: {{store}}
"""


def nothing() -> Flask:
    """What Flask itself costs: one route that answers, and reads nothing."""
    app = Flask("nothing")
    app.add_url_rule("/webhooks/hs", "nothing", lambda: "", methods=["POST"])
    return app


def csbridge(folder: Path, store: str) -> Flask:
    """As ``csbridge serve`` builds it, metrics and log lines included; no worker takes the processor from it."""
    file = folder / "csbridge.yml"
    file.write_text(SETTINGS.format(store=store), "utf-8")
    workspace = open_workspace(file, os.environ, lambda: datetime.now(UTC))
    return public_app(workspace, create_metrics().count_delivery)


def tell(serving: Serving) -> None:
    print(serving.public, flush=True)


if __name__ == "__main__":
    what, folder = sys.argv[1], Path(sys.argv[2])
    configure()
    store = sys.argv[3] if len(sys.argv) > 3 else f"sqlite:///{folder / 'intake.db'}"
    app = nothing() if what == "nothing" else csbridge(folder, store)
    serve(app, Flask("admin"), "127.0.0.1", 0, "127.0.0.1", 0, on_ready=tell)
