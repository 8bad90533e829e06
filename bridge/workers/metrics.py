"""What csbridge counts about itself, in one Prometheus registry of its own.

Labels have few values: connections, kinds, outcomes. Never an id, a name or a path.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

from adapters.contract import Purpose

SECONDS = (0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3600)
"""From an event to its field in the CRM: the promise is seconds, a spent quota makes it an hour."""


@dataclass(frozen=True, slots=True)
class Metrics:
    registry: CollectorRegistry
    records_read: Counter
    records_repaired: Counter
    records_read_back: Counter
    decisions: Counter
    fields_written: Counter
    refusals: Counter
    api_calls: Counter
    webhook_deliveries: Counter
    job_runs: Counter
    inbox_depth: Gauge
    inbox_parked: Gauge
    event_to_field: Histogram
    calls_spent: Gauge
    calls_remaining: Gauge
    calls_left: Gauge
    outbound_deliveries: Counter
    outbound_open: Gauge
    outbound_disabled: Gauge

    def count_calls(self, connection: str, made: Mapping[Purpose, int], before: Mapping[Purpose, int]) -> None:
        """Add what an adapter's call counts (``Calls.made``) have grown by since ``before``."""
        for purpose, calls in made.items():
            if grown := calls - before.get(purpose, 0):
                self.api_calls.labels(connection, purpose).inc(grown)

    def note_quota(self, connection: str, spent: int, remaining: int, left: int) -> None:
        """How the connection's day of calls stands."""
        self.calls_spent.labels(connection).set(spent)
        self.calls_remaining.labels(connection).set(remaining)
        self.calls_left.labels(connection).set(left)

    def count_delivery(self, connection: str, outcome: str) -> None:
        self.webhook_deliveries.labels(connection, outcome).inc()

    def count_run(self, job: str, outcome: str) -> None:
        self.job_runs.labels(job, outcome).inc()


def create_metrics() -> Metrics:
    """A fresh registry with every instrument in it, and the process's own memory, CPU and open files."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)

    def counter(name: str, text: str, *labels: str) -> Counter:
        return Counter(f"csbridge_{name}", text, labels, registry=registry)

    def gauge(name: str, text: str) -> Gauge:
        return Gauge(f"csbridge_{name}", text, ("connection",), registry=registry)

    return Metrics(
        registry=registry,
        records_read=counter("records_read", "Records read from a CRM", "connection", "kind"),
        records_repaired=counter("records_repaired", "Records that a reconcile found wrong", "connection", "kind"),
        records_read_back=counter(
            "records_read_back", "Written records read back, by whether they held it", "connection", "outcome"
        ),
        decisions=counter("decisions", "Decisions that differ from the one before", "purpose", "band"),
        fields_written=counter("fields_written", "Own fields that a CRM confirmed", "connection"),
        refusals=counter("refusals", "Records that a CRM refused to write", "connection", "code"),
        api_calls=counter("api_calls", "Calls of a CRM's API, retries included", "connection", "purpose"),
        webhook_deliveries=counter("webhook_deliveries", "Webhook requests by outcome", "connection", "outcome"),
        job_runs=counter("job_runs", "Runs of background jobs", "job", "outcome"),
        inbox_depth=Gauge("csbridge_inbox_depth", "Deliveries that wait to be worked on", registry=registry),
        inbox_parked=Gauge("csbridge_inbox_parked", "Deliveries that a person has to decide about", registry=registry),
        event_to_field=Histogram(
            "csbridge_event_to_field_seconds",
            "From the arrival of an event to the confirmed field",
            buckets=SECONDS,
            registry=registry,
        ),
        calls_spent=gauge("quota_calls_spent", "Our own API calls of the CRM's day, by all processes"),
        calls_remaining=gauge("quota_org_remaining", "API calls that the org has left today, as the vendor last said"),
        calls_left=gauge("quota_calls_left", "API calls that the budget still allows today"),
        outbound_deliveries=counter("outbound_deliveries", "Attempts to tell an endpoint", "endpoint", "outcome"),
        outbound_open=Gauge(
            "csbridge_outbound_open", "Notifications that wait, or are parked", ("endpoint", "state"), registry=registry
        ),
        outbound_disabled=Gauge(
            "csbridge_outbound_disabled", "1: this endpoint is told nothing more", ("endpoint",), registry=registry
        ),
    )
