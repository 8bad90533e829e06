"""A workspace that is open: its settings, cards and own fields, its store and its connections, on one clock."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from pathlib import Path

from adapters.contract import Adapter, Creating
from adapters.keyed import KEY_FIELDS
from adapters.registry import Context, open_adapter
from bridge.moments import day_of
from bridge.spending import Meter, Purse
from bridge.store import cursors, records
from bridge.store.engine import Store, open_store
from bridge.store.ledger import StoreLedger
from bridge.store.vault import StoreVault
from config.connections import ConnectionSettings
from config.errors import ConfigError, Problem
from config.fields import OwnField
from config.linking import with_link
from config.loading import load
from config.own_fields import every_field, own_fields, undecided_fields
from config.problems import did_you_mean
from config.rules import Rule, parse
from config.scorecards import Scorecard, by_purpose
from config.settings import Settings
from config.words import Purpose
from config.workspace import card_files
from scoring.expansion import Peers
from scoring.features.table import FEATURES
from scoring.journey import COLUMNS
from scoring.policy import Policy
from scoring.scorecard import check
from webhooks.outbound.routing import COLUMNS as OUTBOUND


@dataclass
class Workspace:
    """Everything a command needs. Connections are opened when first asked for; ``close`` closes what was opened."""

    folder: Path
    settings: Settings
    cards: Mapping[Purpose, Sequence[Scorecard]]
    store: Store
    now: Callable[[], datetime]
    proven: set[str] = field(default_factory=set)
    """Connections whose org was asked for, and is the pinned one."""
    meters: dict[str, Meter] = field(default_factory=dict)
    """The budgets of the connections that were opened, shared with the workspaces of other threads."""
    peers: dict[date, Peers] = field(default_factory=dict)
    """What similar accounts own, by day; see ``bridge.frames.peers``."""
    _adapters: dict[str, Adapter] = field(default_factory=dict)
    _purses: dict[str, Purse] = field(default_factory=dict)

    @cached_property
    def fields(self) -> Mapping[str, OwnField]:
        """The own fields that are on, the pulse included."""
        return {own.name: own for own in own_fields(self.settings)}

    @cached_property
    def leaving(self) -> Mapping[str, OwnField]:
        """Own fields that nothing decides any more, and that records may hold still: to be blanked. A field that the
        admin has already is among them only where it was ours in every org: else its values are theirs.
        """
        crms = [crm.name for crm in self.settings.crms]
        with self.store.read() as db:
            held = cursors.targets(db)
            ours = [
                own
                for own in undecided_fields(self.settings)
                if own.name in held
                if not own.to or own.adopt or all(cursors.is_adopted(db, name, own) for name in crms)
            ]
        return {own.name: replace(own, adopt=True) for own in ours}

    def fields_for(self, name: str) -> list[OwnField]:
        """The own fields that are on, for one connection: an admin's field that was blank once is ours since."""
        with self.store.read() as db:
            has_written = cursors.has_written(db, name)
            return [
                replace(own, adopt=own.adopt or cursors.is_adopted(db, name, own), lent_late=has_written)
                if own.to
                else own
                for own in self.fields.values()
            ]

    def keys_for(self, name: str) -> list[OwnField]:
        """Where a connection keeps the keys of the notes that csbridge creates there; none while it creates none."""
        is_on = self.settings.write.history == "note" and isinstance(self.adapter(name), Creating)
        return list(KEY_FIELDS) if is_on else []

    @cached_property
    def ledger(self) -> StoreLedger:
        known = {own.name: own for own in every_field(self.settings)}
        return StoreLedger(self.store, {**self.fields, **self.leaving}, known)

    @cached_property
    def vault(self) -> StoreVault:
        """Where logins keep what must outlive the process."""
        return StoreVault(self.store, [key.get_secret_value() for key in self.settings.secret_key], self.now)

    @cached_property
    def scope(self) -> Rule:
        return parse(self.settings.scope)

    @property
    def today(self) -> date:
        """The workspace's day."""
        return day_of(self.now(), self.settings.zone)

    @property
    def policy(self) -> Policy:
        """By what customers are decided about."""
        settings = self.settings
        on = dict.fromkeys(("health", *settings.scorecards))
        return Policy(
            cards={purpose: tuple(self.cards[purpose]) for purpose in on if purpose in self.cards},
            flags=settings.flags,
            segments=tuple(settings.segments),
            stages=tuple(settings.stages),
            product=settings.product,
            rates={**settings.currency.rates, settings.currency.report: 1.0},
            language=settings.language,
        )

    def connections(self, only: str | None = None) -> list[ConnectionSettings]:
        """All connections, or the one of that name. Raises ConfigError when there is none."""
        found = [connection for connection in self.settings.crms if only in (None, connection.name)]
        if not found:
            names = ", ".join(connection.name for connection in self.settings.crms)
            raise ConfigError([Problem("--connection", f"there is no connection {only!r}", expected=f"one of {names}")])
        return list(found)

    def connection(self, name: str) -> ConnectionSettings:
        """One connection as it is read: with the field that links its accounts to those of other connections."""
        found: ConnectionSettings = self.settings.connection(name)
        return with_link(found, self.settings)

    def adapter(self, name: str) -> Adapter:
        """The adapter of a connection; opening makes no network call."""
        if name not in self._adapters:
            with self.store.read() as db:
                org_id = cursors.pinned_org(db, name)
            context = Context(
                folder=self.folder,
                own=(*self.fields.values(), *self.leaving.values()),
                overlap=self.settings.schedule.overlap,
                zone=self.settings.zone,
                org_id=org_id,
                public_url=self.settings.public_url,
                clock=self.now,
                vault=self.vault,
                budget=self.purse(name),
            )
            self._adapters[name] = open_adapter(self.connection(name), context)
        return self._adapters[name]

    def meter(self, name: str) -> Meter:
        """The budget of a connection: one for all threads."""
        if name not in self.meters:
            settings = self.settings.connection(name).quota
            self.meters.setdefault(name, Meter(self.store, name, settings, self.now))
        return self.meters[name]

    def purse(self, name: str) -> Purse:
        """The budget in the hands of this workspace's adapter."""
        if name not in self._purses:
            self._purses[name] = Purse(self.meter(name))
        return self._purses[name]

    def of_its_own(self) -> "Workspace":
        """The same workspace with connections of its own, for another thread."""
        return replace(self, proven=set(), _adapters={}, _purses={})

    def close(self) -> None:
        for adapter in self._adapters.values():
            adapter.close()
        for meter in self.meters.values():
            meter.settle()
        self.store.close()


def unknown_names(where: str, rule: Rule, settings: Settings, also: Iterable[str] = ()) -> list[Problem]:
    """The names in a rule that are neither fields of an account, nor mapped, nor in ``also``: a typo would hold for
    nobody.
    """
    names = account_names(settings)
    if names is None:
        return []
    known = sorted({*names, *also})
    sort = "account field or feature" if also else "account field"
    return [
        Problem(
            where,
            f"there is no {sort} {name!r}{did_you_mean(name, known)}",
            expected=f"one of {', '.join(known)}",
        )
        for name in rule.fields
        if name not in known
    ]


def account_names(settings: Settings) -> list[str] | None:
    """The fields that an account can have here: ours and the mapped ones; None where a spreadsheet brings its own."""
    if any(connection.brings_columns for connection in settings.crms):
        return None
    mapped = {name for connection in settings.crms for name in _mapped(connection)}
    return sorted({*records.payload_fields("account"), *mapped} - {"extra"})


def _mapped(connection: ConnectionSettings) -> Iterable[str]:
    return connection.map["account"].fields if "account" in connection.map else ()


def customer_rules(settings: Settings) -> Iterator[tuple[str, Rule]]:
    """The rules about customers, each with the key that it stands under."""
    yield "scope", parse(settings.scope)
    yield from _rules(settings)


def _rules(settings: Settings) -> Iterator[tuple[str, Rule]]:
    """Every rule that is held against features as well, with the key that it stands under."""
    yield from ((f"segments.{segment.name}.if", segment.rule) for segment in settings.segments)
    for stage in settings.stages:
        yield f"stages.{stage.name}.enter", stage.enter
        yield from ((f"stages.{stage.name}.exit", rule) for rule in stage.exit)


def open_workspace(file: Path, environ: Mapping[str, str], now: Callable[[], datetime]) -> Workspace:
    """Open the workspace of a ``csbridge.yml``. Raises ConfigError with everything that is wrong in its files."""
    settings = load(file, environ)
    files = card_files(file.parent, dict.fromkeys(("health", *settings.scorecards)))
    mapped = account_names(settings)
    own = [each for each in files if not each.shipped]
    problems = [problem for each in own for problem in check(each.card, each.document, mapped)]
    problems += unknown_names("scope", parse(settings.scope), settings)
    for endpoint in settings.outbound:
        problems += unknown_names(f"outbound.{endpoint.name}.where", endpoint.where, settings, OUTBOUND)
    for where, rule in _rules(settings):
        problems += unknown_names(where, rule, settings, (*FEATURES, *COLUMNS))
    if problems:
        raise ConfigError(problems)
    return Workspace(file.parent, settings, by_purpose(files), open_store(settings.store), now)
