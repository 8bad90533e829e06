"""The benchmark runs, and what does not depend on the machine holds: no write call more than needed."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

RUN = Path(__file__).parent / "bench" / "run.py"


@pytest.mark.slow
def test_write_back_uses_the_fewest_calls_possible() -> None:
    found = bench("--only", "write_back", "--only", "write_back_large", "--only", "score")
    writes = [line for line in found["lines"] if "write calls" in line["what"]]
    assert [line["what"].partition(":")[0] for line in writes] == ["salesforce", "hubspot"]
    assert [line["ratio"] for line in writes] == [1.0, 1.0]
    salesforce, hubspot = [line for line in found["lines"] if "write-back of" in line["what"]]
    assert (salesforce["ratio"] < 0.6, hubspot["ratio"]) == (True, 1.0), "bulk saves calls; HubSpot has none"
    assert all(line["ratio"] > 0 for line in found["lines"])


@pytest.mark.slow
def test_reading_uses_the_fewest_calls_possible() -> None:
    found = bench("--only", "full_pull", "--only", "incremental")
    full, _, by_rest, fetched = found["lines"][:4]
    assert full["what"] == "full pull of 100 accounts and 3,000 activities"
    assert min(full["ratio"], by_rest["ratio"]) > 0
    assert fetched["ratio"] < 1, "the sandbox is what is waited for"
    few = [line for line in found["lines"] if "accounts changed" in line["what"]]
    assert [(line["what"].partition(":")[0], line["ratio"]) for line in few] == [("salesforce", 1.0), ("hubspot", 1.0)]
    assert all(line["also"].startswith("5 accounts read") for line in few)


@pytest.mark.slow
def test_every_event_becomes_a_field_at_both_vendors() -> None:
    found = bench("--only", "event_to_field")["lines"]
    assert [line["what"].partition(":")[0] for line in found] == ["salesforce", "hubspot"]
    assert all(line["ratio"] > 0 for line in found)


@pytest.mark.slow
def test_usage_is_measured_with_and_without_duckdb() -> None:
    by_numpy, by_duckdb = bench("--only", "usage")["lines"]
    assert by_numpy["what"] == "20,000 rows of usage to all usage features"
    assert by_numpy["ratio"] > 0
    assert (by_duckdb["ratio"] > 0) == ("not installed" not in by_duckdb["beside"])


@pytest.mark.slow
def test_who_else_computes_the_scorecard_comes_to_the_same_scores() -> None:
    ours, *others = bench("--only", "scorecard")["lines"]
    assert ours["ratio"] > 0
    assert len(others) == 2
    for line in others:
        assert line["also"] == "100.00% of its scores are ours" or line["beside"].endswith(
            "not installed (extra: bench)"
        )


@pytest.mark.slow
def test_every_delivery_that_intake_is_measured_by_is_stored() -> None:
    """The measurement itself counts the rows, and takes no answer but 200."""
    (line,) = bench("--only", "intake")["lines"]
    assert line["what"].startswith("400 signed deliveries, each durable in SQLite before its answer")
    assert line["ratio"] > 0


def bench(*options: str) -> dict:
    done = subprocess.run(
        [sys.executable, str(RUN), "--quick", "--json", *options], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
