"""The tables of the store, for SQLite and PostgreSQL alike. Owns names and types; must not run a statement.

Times are kept as naive UTC and handed out aware; documents are JSON text written by ``orjson``.
"""

from typing import Final

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    text,
)

from bridge.store.column_types import Json, Serial, Utc

HEAD: Final = "0005"
"""The newest migration; a store at another revision is migrated when it is opened."""


metadata = MetaData(
    naming_convention={"pk": "pk_%(table_name)s", "ix": "ix_%(table_name)s_%(column_0_N_name)s"},
)

facts = Table(
    "facts",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", Text, nullable=False),
    comment="Single facts about the workspace: what the last publication was made with",
)

connections = Table(
    "connections",
    metadata,
    Column("name", String, primary_key=True),
    Column("crm", String, nullable=False),
    Column("org_id", String, nullable=False),
    Column("pinned_at", Utc, nullable=False),
    comment="The org behind each connection, pinned at first use",
)

cursors = Table(
    "cursors",
    metadata,
    Column("connection", String, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("cursor", Text, nullable=False),
    Column("saved_at", Utc, nullable=False),
)

records = Table(
    "records",
    metadata,
    Column("connection", String, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("payload", Text, comment="canonical fields as JSON; NULL when the record is gone"),
    Column("digest", LargeBinary(16), comment="of the payload: own fields and stamps are outside it"),
    Column("changed_at", Utc, nullable=False),
    Column("known_from", Utc, nullable=False),
    comment="What the store knows now of each CRM record",
)

versions = Table(
    "versions",
    metadata,
    Column("connection", String, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("known_from", Utc, primary_key=True),
    Column("known_to", Utc, nullable=False),
    Column("payload", Text),
    comment="What the store knew before: superseded payloads",
)

links = Table(
    "links",
    metadata,
    Column("connection", String, primary_key=True),
    Column("to_kind", String, primary_key=True),
    Column("to_id", String, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("id", String, primary_key=True),
    Index(None, "connection", "kind", "id"),
    comment="Which records ever named which account or person; an index only, the payload decides",
)

customers = Table(
    "customers",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("created_at", Utc, nullable=False),
    Column(
        "closed_through",
        Date,
        nullable=False,
        index=True,
        comment="the last day that was closed; see NOT_YET",
    ),
    Column("inside", Boolean, nullable=False, comment="in scope, when it was last decided about"),
)

customer_refs = Table(
    "customer_refs",
    metadata,
    Column("connection", String, primary_key=True),
    Column("account_id", String, primary_key=True),
    Column("customer_id", Serial, nullable=False, index=True),
    Column("own_id", Serial, nullable=False, comment="the customer it began as, and is again when it parts"),
)

account_keys = Table(
    "account_keys",
    metadata,
    Column("account_key", String, primary_key=True, comment="as usage[].account_key spells it"),
    Column("value", String, primary_key=True),
    Column("customer_id", Serial, primary_key=True, autoincrement=False, index=True),
    comment="By what else than ids usage sources name accounts, and whose names these are",
)

person_emails = Table(
    "person_emails",
    metadata,
    Column("connection", String, primary_key=True),
    Column("person_id", String, primary_key=True),
    Column("email", String, primary_key=True, index=True, comment="in lower case"),
    comment="Whose e-mail address is whose: what others than the CRM know persons by",
)

affected = Table(
    "affected",
    metadata,
    Column("customer_id", Serial, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
    Column("since", Utc, index=True, comment="NULL when nothing waits"),
    comment="Customers about whom something changed; the version is the claim's token, and never starts again",
)

decisions = Table(
    "decisions",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("customer_id", Serial, nullable=False),
    Column("day", Date, nullable=False),
    Column("decided_at", Utc, nullable=False),
    Column("score", Float),
    Column("band", String, nullable=False),
    Column("version", String, nullable=False),
    Column("document", Json, nullable=False, comment="the whole decision, contributions included"),
    Index(None, "customer_id", "day", "id"),
    comment="Score history; a decision equal to the last is not stored again",
)

LEASED: Final = text("lease_token IS NOT NULL")
OPEN: Final = text("done_at IS NULL")
DONE: Final = text("done_at IS NOT NULL")

entries = Table(
    "entries",
    metadata,
    Column("connection", String, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("work", Integer, nullable=False, comment="1 to be written, 2 to be read back, -1 parked"),
    Column("priority", Integer, nullable=False, server_default=text("1"), comment="0 urgent, 1 ordinary, 2 cosmetic"),
    Column("retry_at", Utc),
    Column("lease_token", String),
    Column("lease_until", Utc),
    Column("document", Json, nullable=False, comment="desired, confirmed, sent, accepted, refusal …"),
    Index(None, "connection", "work", "priority", "kind", "id"),
    Index("ix_entries_leased", "connection", sqlite_where=LEASED, postgresql_where=LEASED),
    comment="Write-back: what each CRM record should hold, and what it confirmed",
)

inbox = Table(
    "inbox",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("connection", String, nullable=False, comment="who it came from: a connection, or a usage source by name"),
    Column("received_at", Utc, nullable=False),
    Column("digest", LargeBinary(16), comment="of a body that is itself the news; NULL where it only names records"),
    Column("body", LargeBinary, comment="the verified bytes, compressed; NULL once nobody may need or know them"),
    Column("refs", Json, nullable=False, comment="[[kind, id], …] to look at again"),
    Column("attempts", Integer, nullable=False),
    Column("retry_at", Utc),
    Column("lease_token", String),
    Column("lease_until", Utc),
    Column("parked", Boolean, nullable=False),
    Column("cause", Text),
    Column("done_at", Utc),
    Index("ix_inbox_open", "connection", "parked", "id", sqlite_where=OPEN, postgresql_where=OPEN),
    Index("ix_inbox_done", "done_at", sqlite_where=DONE, postgresql_where=DONE),
    Index(None, "connection", "digest", unique=True),
    comment="Verified deliveries, durable before they are acknowledged",
)

STREAMED: Final = text("streamed IS NOT NULL")

usage = Table(
    "usage",
    metadata,
    Column("source", String, primary_key=True),
    Column("account_key", String, primary_key=True, comment="the account as the source names it"),
    Column("day", Date, primary_key=True),
    Column("person", String, primary_key=True, comment="empty when the source names none"),
    Column("feature", String, primary_key=True),
    Column("count", Float, nullable=False),
    Column("known_from", Utc, nullable=False),
    Column("streamed", Boolean, comment="true where events made it, which may turn out to be another person's"),
    Index(None, "source", "day"),
    Index("ix_usage_streamed", "source", "person", sqlite_where=STREAMED, postgresql_where=STREAMED),
    comment="Daily totals, as the source says now",
)

usage_versions = Table(
    "usage_versions",
    metadata,
    Column("source", String, primary_key=True),
    Column("account_key", String, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("person", String, primary_key=True),
    Column("feature", String, primary_key=True),
    Column("known_from", Utc, primary_key=True),
    Column("known_to", Utc, nullable=False),
    Column("count", Float, nullable=False),
    comment="Daily totals that the source corrected since",
)

usage_sources = Table(
    "usage_sources",
    metadata,
    Column("source", String, primary_key=True),
    Column("digest", String, nullable=False, comment="of the file last taken in"),
    Column("taken_at", Utc, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("at", Utc, nullable=False),
    Column("actor", String, nullable=False),
    Column("action", String, nullable=False),
    Column("detail", Json, nullable=False),
)

tokens = Table(
    "tokens",
    metadata,
    Column("connection", String, primary_key=True),
    Column("document", Text, nullable=False, comment="encrypted under secret_key"),
    Column("saved_at", Utc, nullable=False),
    comment="What a login handed out that outlives the process: refresh tokens",
)

spend = Table(
    "spend",
    metadata,
    Column("connection", String, primary_key=True),
    Column("hour", Utc, primary_key=True),
    Column("purpose", String, primary_key=True),
    Column("calls", Integer, nullable=False),
    comment="API calls in hourly buckets, shared by all processes",
)

allowances = Table(
    "allowances",
    metadata,
    Column("connection", String, primary_key=True),
    Column("most", Integer, nullable=False, comment="calls of the org's day"),
    Column("remaining", Integer, nullable=False),
    Column("zone", String, comment="where the day ends at midnight; NULL where it is the last 24 hours"),
    Column("heard_at", Utc),
    Column("stopped_until", Utc, comment="the vendor refused a call for the day"),
    comment="What each vendor last said of its org's daily calls",
)

past_values = Table(
    "past_values",
    metadata,
    Column("connection", String, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("field", String, primary_key=True),
    Column("since", Utc, primary_key=True),
    Column("value", Json),
    comment="What fields held before the first sync, as the vendor's own history tells",
)

sightings = Table(
    "sightings",
    metadata,
    Column("connection", String, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("id", String, primary_key=True),
    Column("changed_at", Utc, nullable=False),
    Column("relinked", Boolean, nullable=False, comment="Whether it names other records there than here"),
    comment="The ids that a reconcile under way has seen in the CRM",
)

vanished = Table(
    "vanished",
    metadata,
    Column("connection", String, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("id", String, primary_key=True),
    comment="Accounts and persons that are gone, until whoever names them was read again",
)

account_identities = Table(
    "account_identities",
    metadata,
    Column("connection", String, primary_key=True),
    Column("account_id", String, primary_key=True),
    Column("sort", String, primary_key=True, comment="link or domain"),
    Column("value", String, nullable=False),
    Index(None, "sort", "value"),
    comment="By what accounts of several connections are found to be one customer",
)

rollups = Table(
    "rollups",
    metadata,
    Column("customer_id", Serial, primary_key=True, autoincrement=False),
    Column("day", Date, primary_key=True),
    Column("document", Json, nullable=False, comment="score, band, since when, and the accounts that it is made of"),
    comment="What parent accounts were told of themselves and the accounts below them",
)

card_versions = Table(
    "card_versions",
    metadata,
    Column("version", String, primary_key=True),
    Column("purpose", String, nullable=False),
    Column("content", Text, nullable=False, comment="all that the scorecard says, as JSON"),
    Column("seen_at", Utc, nullable=False),
    comment="Every scorecard that ever decided, so that a past day can be understood",
)

card_changes = Table(
    "card_changes",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("purpose", String, nullable=False),
    Column("file", String, nullable=False),
    Column("version", String, nullable=False),
    Column("before", Text, comment="the file's text until then; NULL where there was none"),
    Column("after", Text, nullable=False),
    Column("at", Utc, nullable=False),
    Column("undone_at", Utc),
    comment="Scorecard files that were activated, with what they replaced",
)

active_cards = Table(
    "active_cards",
    metadata,
    Column("since", Utc, primary_key=True),
    Column("versions", Json, nullable=False, comment="purpose → versions in the order in which they are tried"),
    Column("rules", Json, comment="scope, flags, segments … that decided with them; NULL: not kept then"),
    comment="Which scorecards decided from when on",
)

peers = Table(
    "peers",
    metadata,
    Column("day", Date, primary_key=True),
    Column("document", Json, nullable=False),
    comment="What similar accounts own, by the book as it stood at the close of the day",
)

ASTRAY: Final = text("state IN ('unknown', 'ambiguous')")

told = Table(
    "told",
    metadata,
    Column("source", String, primary_key=True, comment="the connection that told of it"),
    Column("kind", String, primary_key=True),
    Column("id", String, primary_key=True, comment="as the source names it"),
    Column("email", String, index=True, comment="of the person it is about, in lower case"),
    Column("account", String, index=True, comment="the account as the source names it"),
    Column("payer", String, index=True, comment="whom it is about, by a name that only the source knows"),
    Column("state", String, nullable=False, comment="placed; astray because unknown or ambiguous; deleted"),
    Column("told_at", Utc, nullable=False, comment="when what it says was true; an older telling changes nothing"),
    Column("document", Json, nullable=False, comment="canonical fields; none once it is a record"),
    Column("received_at", Utc, nullable=False),
    Index("ix_told_astray", "received_at", sqlite_where=ASTRAY, postgresql_where=ASTRAY),
    comment="What senders told of, and whom they meant by it: what nobody is found for waits here",
)

payers = Table(
    "payers",
    metadata,
    Column("source", String, primary_key=True),
    Column("name", String, primary_key=True, comment="a name that only the source knows, such as cus_123"),
    Column("email", String, index=True, comment="in lower case"),
    Column("account", String, comment="the account as the source names it"),
    Column("told_at", Utc, nullable=False),
    comment="Whom a sender means where it tells of somebody by a name of its own",
)

usage_names = Table(
    "usage_names",
    metadata,
    Column("source", String, primary_key=True),
    Column("person", String, primary_key=True, comment="a user id, or an anonymous one"),
    Column("account_key", String, comment="whose user this is, as the source names accounts; NULL: not told yet"),
    Column("alias_of", String, index=True, comment="the user that this one was found to be"),
    Column("told_at", Utc, nullable=False),
    comment="What streamed usage sources told of their users",
)

unplaced_usage = Table(
    "unplaced_usage",
    metadata,
    Column("source", String, primary_key=True),
    Column("person", String, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("feature", String, primary_key=True),
    Column("count", Float, nullable=False),
    comment="Daily totals of users whose account is not known yet",
)

usage_messages = Table(
    "usage_messages",
    metadata,
    Column("source", String, primary_key=True),
    Column("message", LargeBinary(16), primary_key=True, comment="digest of the messageId"),
    Column("at", Utc, nullable=False, index=True),
    comment="Messages that are counted already",
)

erased = Table(
    "erased",
    metadata,
    Column("digest", LargeBinary(32), primary_key=True, comment="keyed, of an e-mail address or a record's name"),
    Column("at", Utc, nullable=False),
    comment="Who asked to be forgotten: enough to know them again, and nothing more",
)

notifications = Table(
    "notifications",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("endpoint", String, nullable=False),
    Column("event", String, nullable=False, comment="webhook-id: one event has the same at every attempt"),
    Column("type", String, nullable=False),
    Column("document", Json, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("retry_at", Utc),
    Column("lease_token", String),
    Column("lease_until", Utc),
    Column("parked", Boolean, nullable=False),
    Column("cause", Text),
    Column("done_at", Utc),
    Index(None, "endpoint", "done_at", "parked", "id"),
    Index(None, "endpoint", "event", unique=True),
    comment="Events on their way to outbound endpoints, stored with what they tell of",
)

endpoints = Table(
    "endpoints",
    metadata,
    Column("name", String, primary_key=True),
    Column("failing_since", Utc),
    Column("failures", Integer, nullable=False, comment="in a row"),
    Column("rest_until", Utc),
    Column("disabled_at", Utc),
    Column("cause", Text),
    Column("delivered_at", Utc),
    comment="How outbound endpoints fare",
)
