from prometheus_client import generate_latest

from bridge.workers.metrics import create_metrics


def test_calls_are_counted_by_their_growth() -> None:
    metrics = create_metrics()
    metrics.count_calls("sf", {"page": 3, "write": 1}, {})
    metrics.count_calls("sf", {"page": 5, "write": 1}, {"page": 3, "write": 1})
    value = metrics.registry.get_sample_value
    assert value("csbridge_api_calls_total", {"connection": "sf", "purpose": "page"}) == 5
    assert value("csbridge_api_calls_total", {"connection": "sf", "purpose": "write"}) == 1


def test_two_registries_do_not_share_numbers() -> None:
    one, other = create_metrics(), create_metrics()
    one.count_delivery("hs", "accepted")
    labels = {"connection": "hs", "outcome": "accepted"}
    assert one.registry.get_sample_value("csbridge_webhook_deliveries_total", labels) == 1
    assert other.registry.get_sample_value("csbridge_webhook_deliveries_total", labels) is None


def test_text_holds_every_instrument() -> None:
    metrics = create_metrics()
    metrics.records_read.labels("sf", "account").inc(2000)
    metrics.decisions.labels("health", "red").inc()
    metrics.fields_written.labels("sf").inc(7)
    metrics.refusals.labels("sf", "ENTITY_IS_LOCKED").inc()
    metrics.count_run("poll", "ok")
    metrics.inbox_depth.set(4)
    metrics.inbox_parked.set(2)
    metrics.event_to_field.observe(0.7)
    lines = generate_latest(metrics.registry).decode().splitlines()
    assert 'csbridge_records_read_total{connection="sf",kind="account"} 2000.0' in lines
    assert 'csbridge_decisions_total{band="red",purpose="health"} 1.0' in lines
    assert 'csbridge_fields_written_total{connection="sf"} 7.0' in lines
    assert 'csbridge_refusals_total{code="ENTITY_IS_LOCKED",connection="sf"} 1.0' in lines
    assert 'csbridge_job_runs_total{job="poll",outcome="ok"} 1.0' in lines
    assert "csbridge_inbox_depth 4.0" in lines
    assert "csbridge_inbox_parked 2.0" in lines
    assert 'csbridge_event_to_field_seconds_bucket{le="1.0"} 1.0' in lines
    assert 'csbridge_event_to_field_seconds_bucket{le="0.5"} 0.0' in lines
