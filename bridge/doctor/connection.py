"""Looks at one connection for doctor: its login, rights, fields, words, and what of it waits or was refused."""

from collections.abc import Iterator

from adapters.contract import Adapter, Change, Finding, Plan, Report
from adapters.errors import AdapterError, QuotaSpent, Unauthorized
from bridge.connecting import connect
from bridge.doctor import surveys as doctoring_surveys
from bridge.doctor.noted import Noted, Severity
from bridge.frames.frames import STALE_AFTER
from bridge.knowledge import histories
from bridge.moments import EVER
from bridge.pipeline import sampling
from bridge.store import cursors, lookup
from bridge.sync import reconciling, untranslated
from bridge.sync.syncing import ORDER
from bridge.workspace import Workspace
from config.connections import ConnectionSettings, CsvConnection, HubspotConnection, SalesforceConnection
from config.errors import ConfigError

WORDS = 10
"""Untranslated values that are named, for each connection."""


def examine_connection(workspace: Workspace, name: str) -> Iterator[Noted]:
    try:
        adapter = connect(workspace, name)
        report = adapter.check()
    except ConfigError as exc:
        for problem in exc.problems:
            yield Noted(name, Finding("error", problem.what, problem.expected), "configuration")
        return
    except AdapterError as exc:
        yield Noted(name, Finding("error", str(exc), _mend(exc)), _about(exc))
        return
    yield Noted(name, Finding("info", f"org {report.org_id}, as {report.user}"))
    yield from (Noted(name, finding, "connection") for finding in report.findings)
    yield from _rights(name, report, workspace.settings.connection(name).quota.reserve)
    yield from _fields(workspace, adapter, name)
    yield from doctoring_surveys.findings(workspace, name)
    yield from _words(workspace, name)
    yield from _kept_usage(workspace, name)
    yield from _parked(workspace, name)
    yield from _reconciled(workspace, name)
    yield from _read_back(workspace, name)
    yield from _past(workspace, name)
    yield from unheard(workspace.settings.connection(name), workspace.settings.public_url)


def _about(exc: AdapterError) -> Severity:
    return "quota" if isinstance(exc, QuotaSpent) else "connection"


def _mend(exc: AdapterError) -> str:
    if isinstance(exc, Unauthorized):
        return "check the connection's auth, or grant the right that is named"
    if isinstance(exc, QuotaSpent):
        return f"wait until {exc.until:%Y-%m-%d %H:%M} UTC" if exc.until else "wait until the CRM's next day"
    return "check the address"


def unheard(settings: ConnectionSettings, public_url: str | None) -> Iterator[Noted]:
    """That no webhook is taken from this connection, and what the CRM would call.

    A warning where the CRM was probably told to call: it is turned away.
    """
    if settings.webhook_secret or isinstance(settings, CsvConnection):  # a folder calls nobody
        return
    secret = "/<webhook_secret>" if isinstance(settings, SalesforceConnection) else ""
    missing = "webhook_secret" if public_url else "webhook_secret and public_url"
    mend = f"set {missing}, and let the CRM call {public_url or '<public_url>'}/webhooks/{settings.name}{secret}"
    calls = public_url and isinstance(settings, SalesforceConnection | HubspotConnection)
    what = "no webhook_secret: changes are seen by polling only"
    yield Noted(settings.name, Finding("warning" if calls else "info", what, mend))


def _rights(name: str, report: Report, reserve: float) -> Iterator[Noted]:
    readable = [kind for kind in ORDER if kind in report.kinds]
    yield Noted(name, Finding("info", f"reads {', '.join(readable) or 'nothing'}"))
    for kind, names in report.missing.items():
        fields = [field for field in names if not _is_told(f"{kind}.{field}:", report)]
        if not fields:
            continue
        what = f"{kind}: {', '.join(fields)} not readable; what needs it stays unknown"
        mend = f"give the integration user the right to read it, or map another field in connections.{name}.map"
        yield Noted(name, Finding("warning", what, mend))
    if report.quota:
        left = f"{report.quota.remaining:,} of {report.quota.limit:,} API calls left today"
        low = report.quota.remaining <= report.quota.limit * reserve
        mend = f"wait, or lower connections.{name}.quota.reserve ({reserve:.0%} are kept for other apps)"
        yield Noted(name, Finding("warning" if low else "info", left, mend if low else ""))


def _is_told(field: str, report: Report) -> bool:
    """Whether the adapter says itself what is wrong with a field."""
    return any(finding.what.startswith(field) for finding in report.findings)


def _fields(workspace: Workspace, adapter: Adapter, name: str) -> Iterator[Noted]:
    try:
        plan = adapter.plan([*workspace.fields_for(name), *workspace.keys_for(name)])
    except AdapterError as exc:
        yield Noted(name, Finding("error", str(exc), _mend(exc)), _about(exc))
        return
    for change in plan.blocked:
        yield Noted(name, Finding("error", f"{change.target}: {change.blocked}", change.detail), "configuration")
    missing = [change for change in plan.changes if not change.blocked]
    if missing:
        what = f"{len(missing)} steps until the CRM can hold our fields: {', '.join(map(_step, missing[:5]))}"
        more = f" and {len(missing) - 5} more" if len(missing) > 5 else ""
        yield Noted(name, Finding("warning", what + more, _way(plan)))
    elif not plan.blocked:
        yield Noted(name, Finding("info", f"all {len(workspace.fields)} own fields are there, with our rights to them"))


def _kept_usage(workspace: Workspace, name: str) -> Iterator[Noted]:
    """Whether the usage that this CRM keeps, if it keeps any, is still coming in."""
    with workspace.store.read() as db:
        newest = lookup.newest_day(db, name, workspace.today, EVER)
    if newest and workspace.today - newest > STALE_AFTER:
        what = f"usage stalled: its newest day is {newest}; usage counts as unknown, not as none"
        yield Noted(name, Finding("warning", what, "let whatever fills the mapped object run again"))
    elif newest:
        yield Noted(name, Finding("info", f"usage alive: its newest day is {newest}"))


def _way(plan: Plan) -> str:
    if not plan.lacking:
        return "csbridge provision --apply"
    ways = "csbridge provision --apply --as-admin, or --export DIR for an administrator"
    return f"{ways}: this login lacks {', '.join(plan.lacking)}"


def _words(workspace: Workspace, name: str) -> Iterator[Noted]:
    """What the records hold and the map does not translate, the most frequent values."""
    with workspace.store.read() as db:
        connection = workspace.settings.connection(name)
        strange = untranslated.untranslated(db, connection.crm, connection)
    for one in strange[:WORDS]:
        what = f"{one.kind}.{one.field}: {one.value!r} ({one.count:,} records) is not in the map; it counts as unknown"
        mend = f"translate it in connections.{name}.map.{one.kind}.values.{one.field}"
        yield Noted(name, Finding("warning", what, mend))
    if len(strange) > WORDS:
        yield Noted(name, Finding("warning", f"and {len(strange) - WORDS} more values that are not in the map"))


def _parked(workspace: Workspace, name: str) -> Iterator[Noted]:
    parked = len(workspace.ledger.parked(name))
    if parked:
        what = f"{parked} records do not hold what they should: the CRM refused it, or something keeps changing it back"
        yield Noted(name, Finding("warning", what, "csbridge outbox list says which and why"))


def _reconciled(workspace: Workspace, name: str) -> Iterator[Noted]:
    """When every id was last compared with the CRM, what that repaired, and which losses wait for a person's word."""
    with workspace.store.read() as db:
        last, losses = reconciling.last(db, name), cursors.facts_of(db, f"loss: {name}: ")
    for what in losses.values():
        mend = (
            f"look at the integration user's rights; csbridge reconcile --connection {name} --accept-loss believes it"
        )
        yield Noted(name, Finding("error", what, mend), "configuration")
    if last is None:
        at = f"{workspace.settings.schedule.reconcile:%H:%M}"
        mend = f"csbridge reconcile; csbridge serve does it every night at {at}"
        yield Noted(name, Finding("info", "its ids were never compared with the CRM", mend))
        return
    found = [f"{number:,} of the kind {kind}" for kind, number in last["repaired"].items()]
    repaired = f"repaired {', '.join(found)}" if found else "nothing to repair"
    yield Noted(name, Finding("info", f"last reconciled {last['at']:%Y-%m-%d %H:%M} UTC: {repaired}"))


def _read_back(workspace: Workspace, name: str) -> Iterator[Noted]:
    """What the last sample of written records found."""
    with workspace.store.read() as db:
        found = sampling.last(db, name)
    if found is None:
        return
    said = f"{found['sampled']:,} written records read back {found['at']:%Y-%m-%d %H:%M} UTC"
    if found["differing"]:
        mend = "look who else writes these fields; csbridge outbox list shows what is contested"
        yield Noted(name, Finding("warning", f"{said}: {found['differing']:,} held something else", mend))
    else:
        yield Noted(name, Finding("info", f"{said}: all held what the CRM had confirmed"))


def _past(workspace: Workspace, name: str) -> Iterator[Noted]:
    """What the CRM would not tell of the time before the first sync, and whether it is still being asked."""
    with workspace.store.read() as db:
        past = {kind: histories.standing(db, name, kind) for kind in histories.FIELDS}
        complete = cursors.is_complete(db, name)
    for kind, standing in past.items():
        if standing.refused:
            what = f"the past of the kind {kind} stays unknown: {standing.refused}"
            mend = "if days before the first sync are to be scored with it, grant the right; then csbridge sync --full"
            yield Noted(name, Finding("info", what, mend))
    waiting = [kind for kind, standing in past.items() if not standing.done]
    if complete and waiting:
        what = f"the past before the first sync is not complete yet: {', '.join(waiting)}"
        yield Noted(name, Finding("info", what, "every sync asks for more of it"))


def _step(change: Change) -> str:
    return f"{change.action.replace('_', ' ')} {change.target}"
