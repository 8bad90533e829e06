"""Both sandbox CRMs and a workspace that leads to them, for tests of the whole loop."""

import json
import os
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from adapters.sandbox.serve import Sandbox, running, write_usage
from bridge.cli.main import main
from bridge.clock import VARIABLE, ShiftedClock
from bridge.demo.setting import SECRET, SETTINGS

OWN = {"sf": "CSB_", "hs": "csb_"}


@dataclass(frozen=True)
class TwoCrms:
    folder: Path
    crms: Mapping[str, Sandbox]
    secrets: Mapping[str, str]
    clock: ShiftedClock
    """Of the CRMs and of every command: it begins at noon, so that no midnight parts what is compared."""

    @property
    def environ(self) -> Mapping[str, str]:
        return {**os.environ, **self.secrets, VARIABLE: self.clock.now().isoformat()}

    @property
    def config(self) -> str:
        return str(self.folder / "csbridge.yml")

    def run(self, *arguments: str) -> Result:
        """A command, in this process: what it does is the same, and a process of its own would load everything anew."""
        return CliRunner(env={**self.environ}).invoke(main, ["-c", self.config, *arguments])

    def done(self, *arguments: str) -> Any:
        """The JSON of a command that must end well."""
        ended = self.run(*arguments, "--json")
        assert ended.exit_code == 0, ended.output
        return json.loads(ended.stdout)

    def asked(self, name: str, path: str, body: object = None) -> Any:
        """The control surface of one CRM."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.crms[name].url}/_sandbox/{path}", data, headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read())

    def writes(self, name: str) -> list[Any]:
        """Writes to customers' records, the creation of our fields aside."""
        return [write for write in self.asked(name, "writes") if write["object"] in ("Account", "companies")]

    def held(self) -> dict[tuple[str, str], dict[str, Any]]:
        """What own fields hold in the CRMs, by (connection, id): the writes folded together. ``scored_at`` aside."""
        found: dict[tuple[str, str], dict[str, Any]] = {}
        for name in self.crms:
            for write in self.writes(name):
                fields = {key: value for key, value in write["fields"].items() if "scored_at" not in key.lower()}
                found.setdefault((name, write["id"]), {}).update(fields)
        return found


@contextmanager
def two_crms(
    folder: Path,
    accounts: int = 15,
    port: int = 1,
    hubspot: Mapping[str, Any] | None = None,
    salesforce: Mapping[str, Any] | None = None,
) -> Iterator[TwoCrms]:
    """The same data at every call. ``port``: where csbridge is said to serve; the others are a sandbox's switches."""
    noon = datetime.combine(datetime.now(UTC).date(), time(12), UTC)
    with ExitStack() as stack:
        notify = f"http://127.0.0.1:{port}/webhooks"
        sf = stack.enter_context(
            running(
                "salesforce",
                accounts=accounts,
                seed=3,
                clock=noon,
                notify=f"{notify}/sf/{SECRET}",
                options=salesforce,
            )
        )
        how = {"notify": f"{notify}/hs", "secret": "sandbox-client-secret", "options": hubspot, "clock": noon}
        hs = stack.enter_context(running("hubspot", accounts=accounts, seed=4, **how))  # type: ignore[arg-type]
        crms = {"sf": sf, "hs": hs}
        text = SETTINGS.format(port=port, salesforce=sf.url, hubspot=hs.url)
        (folder / "csbridge.yml").write_text(text, "utf-8")
        for name, crm in crms.items():
            write_usage(folder / f"usage-{name}.csv", crm.vendor)
        secrets = {
            "SF_CLIENT_ID": sf.announcement["client_id"],
            "SF_CLIENT_SECRET": sf.announcement["client_secret"],
            "SF_HOOK": SECRET,
            "HS_TOKEN": hs.announcement["token"],
            "HS_CLIENT_SECRET": hs.announcement["client_secret"],
        }
        yield TwoCrms(folder, crms, secrets, ShiftedClock(noon))
