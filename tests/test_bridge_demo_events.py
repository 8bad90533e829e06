"""What the demo reads of the process that it starts."""

from prometheus_client import generate_latest

from bridge.demo.events import runs
from bridge.workers.metrics import create_metrics


def test_runs_are_counted_by_job_although_names_hold_spaces() -> None:
    metrics = create_metrics()
    for job, outcome in (("poller", "ok"), ("worker", "ok"), ("worker", "failed"), ("reader sf", "ok")):
        metrics.count_run(job, outcome)
    text = generate_latest(metrics.registry).decode()
    assert [runs(text, job) for job in ("poller", "worker", "reader sf", "nightly")] == [1, 2, 1, 0]
