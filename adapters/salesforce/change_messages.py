"""What makes an org tell of changes: for each mapped object a flow that sends an outbound message, as metadata. Pure.

The message holds an id and a stamp; no session. Its address ends in a secret, which no file may hold: a placeholder
stands for it, and Salesforce's command line puts the secret in while it deploys.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from adapters.salesforce.metadata import Part
from adapters.salesforce.watching import PERMISSION, Watch, watch
from config.connections import SalesforceConnection
from config.logins import JwtBearer, UsernamePassword

SECRET: Final = "CSBRIDGE_WEBHOOK_SECRET"
USER: Final = "CSBRIDGE_INTEGRATION_USER"
"""Placeholders, and the environment variables that replace them."""
MESSAGE: Final = "CSB_Changed"
_SEND: Final = "Tell_csbridge"
_FIELDS: Final = ("Id", "SystemModstamp")


@dataclass(frozen=True, slots=True)
class Telling:
    """Where changes are told, as whom, and of what."""

    address: str
    """Of the connection's webhooks, without the secret."""
    user: str
    watched: Sequence[Watch]


def telling(settings: SalesforceConnection, public_url: str, mapped: Mapping[str, Iterable[str]]) -> Telling:
    """``mapped``: object → its fields that are read."""
    user = settings.auth.username if isinstance(settings.auth, JwtBearer | UsernamePassword) else USER
    watched = [watch(name, fields) for name, fields in sorted(mapped.items())]
    return Telling(f"{public_url}/webhooks/{settings.name}", user, watched)


def parts(telling: Telling, version: str) -> dict[str, Part]:
    """Path → metadata: the permission that our own changes carry, and a flow with its message for each object."""
    content = {
        "description": "Changes by whoever has this are not told to csbridge: they are its own.",
        "isLicensed": False,
        "label": "csbridge: integration",
    }
    found: dict[str, Part] = {
        f"customPermissions/{PERMISSION}.customPermission-meta.xml": ("CustomPermission", content)
    }
    for one in telling.watched:
        found[f"flows/{flow_name(one.object)}.flow-meta.xml"] = ("Flow", _flow(one, version))
        message = _message(telling, version)
        found[f"workflows/{one.object}.workflow-meta.xml"] = ("Workflow", {"outboundMessages": [message]})
    return found


def flow_name(vendor_object: str) -> str:
    """A flow's name has no two underscores in a row."""
    return re.sub("_+", "_", f"CSB_{vendor_object}_Changed")


def replacements(telling: Telling) -> list[Mapping[str, Any]]:
    """For ``sfdx-project.json``: what is put in while deploying, and never into a file."""
    where, names = "force-app/main/default/workflows/*.workflow-meta.xml", dict.fromkeys((SECRET, USER))
    if telling.user != USER:
        del names[USER]
    return [{"glob": where, "stringToReplace": name, "replaceWithEnv": name} for name in names]


def _flow(one: Watch, version: str) -> dict[str, Any]:
    name = flow_name(one.object)
    return {
        "actionCalls": [{
            "name": _SEND,
            "label": "Tell csbridge",
            "locationX": 176,
            "locationY": 287,
            "actionName": f"{one.object}.{MESSAGE}",
            "actionType": "outboundMessage",
            "flowTransactionModel": "CurrentTransaction",
        }],
        "apiVersion": version,
        "description": "Tells csbridge that a record which it reads was created or changed, by anybody but csbridge.",
        "environments": "Default",
        "interviewLabel": f"{name} {{!$Flow.CurrentDateTime}}",
        "label": f"csbridge: {one.object} changed",
        "processType": "AutoLaunchedFlow",
        "start": {
            "locationX": 50,
            "locationY": 0,
            "connector": {"targetReference": _SEND},
            "filterFormula": one.condition,
            "object": one.object,
            "recordTriggerType": "CreateAndUpdate",
            "triggerType": "RecordAfterSave",
        },
        "status": "Active",
    }  # fmt: skip


def _message(telling: Telling, version: str) -> dict[str, Any]:
    return {
        "fullName": MESSAGE,
        "apiVersion": version,
        "description": "Tells csbridge which record to look at again.",
        "endpointUrl": f"{telling.address}/{SECRET}",
        "fields": list(_FIELDS),
        "includeSessionId": False,
        "integrationUser": telling.user,
        "name": "csbridge: changed",
        "protected": False,
        "useDeadLetterQueue": False,
    }


def instructions(telling: Telling) -> list[str]:
    """Lines of the read-me."""
    by_hand = [f"`{USER}`: the username of the integration user"] if telling.user == USER else []
    return [
        "",
        "## Changes within seconds",
        "",
        "For each object that csbridge reads, a record-triggered flow (`flows/`) sends an outbound message when a",
        "record is created or a mapped field changes (`workflows/`). It goes to",
        f"`{telling.address}/…` and holds the record's id and stamp, and no session.",
        "",
        f"- The address ends in the connection's `webhook_secret`, which no file may hold: `{SECRET}`",
        "  stands for it. Before you deploy, set these in the environment:",
        *(f"  - {name}" for name in [f"`{SECRET}`: that secret, of letters, digits, `-` and `_`", *by_hand]),
        "",
        "  The `sf` command puts the values in on the way to the org, and refuses to deploy without them",
        "  (`replacements` in `sfdx-project.json`). With another tool put them in by hand, and keep those files out of",
        "  version control. After the secret has changed, deploy again.",
        "- What csbridge writes is not told back: the flows leave out whoever has the custom permission",
        f"  `{PERMISSION}`, which comes with the integration user's permission set. What other automation",
        "  changes in the same transaction is left out with it, and seen by the next poll.",
        "- A flow's condition cannot name every field. Seen by the next poll only: formulas, roll-ups and long texts",
        "  (if the deployment refuses such a field, delete it from the condition), fields of parent records, daily",
        "  usage" + _left_out(telling.watched),
        "- Deletions, merges and restored records are told by no such flow: the poll finds them.",
        "- In production, flows arrive inactive unless “Deploy processes and flows as active” is on (Setup, Process",
        "  Automation Settings): activate them there. An object that takes no flow or no outbound message, as the",
        "  deployment will say, is polled: delete its two files, and its lines in `package.xml`.",
        "- The manifest names the messages alone, so that an object's other workflow actions stay as they are. Where",
        "  your project has a file of that name in `workflows/`, add the message to it instead.",
    ]


def _left_out(watched: Sequence[Watch]) -> str:
    found = [f"  - `{one.object}.{name}`: {why}" for one in watched for name, why in one.left_out.items()]
    return "\n".join([", and:", *found]) if found else "."
