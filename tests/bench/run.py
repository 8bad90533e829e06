"""``make bench``: all measurements in one run, as one Markdown table. Nothing here judges; the aims stand beside."""

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict

import event_to_field
import full_pull
import incremental
import intake
import machine
import pull
import rescoring
import score
import scorecard
import usage
import write_back
from report import Line, markdown

Measurement = Callable[[], list[Line]]

FULL: Mapping[str, Measurement] = {
    "score": lambda: score.measure(customers=100_000, decided=20_000, repetitions=3),
    "scorecard": lambda: scorecard.measure(customers=1_000_000, repetitions=3),
    "rescoring": lambda: rescoring.measure(sizes=(1_000, 100_000), affected=100, repetitions=5),
    "usage": lambda: usage.measure(rows=20_000_000, repetitions=3),
    "write_back": lambda: write_back.measure(accounts=5_000, repetitions=3),
    "write_back_large": lambda: write_back.measure_large(changed=100_000),
    "pull": lambda: pull.measure(sizes=(10_000, 100_000), repetitions=3),
    "full_pull": lambda: full_pull.measure(accounts=100_000, activities=1_000_000, repetitions=1),
    "incremental": lambda: incremental.measure(accounts=10_000, share=0.001),
    "intake": lambda: intake.measure(deliveries=20_000, repetitions=3),
    "event_to_field": lambda: event_to_field.measure(accounts=600, rates=(1, 10, 100), latencies=(0, 100), lasting=12),
}
QUICK: Mapping[str, Measurement] = {
    "score": lambda: score.measure(customers=2_000, decided=200, repetitions=1),
    "scorecard": lambda: scorecard.measure(customers=20_000, repetitions=1),
    "rescoring": lambda: rescoring.measure(sizes=(20, 200), affected=10, repetitions=1),
    "usage": lambda: usage.measure(rows=20_000, repetitions=1),
    "write_back": lambda: write_back.measure(accounts=210, repetitions=1),
    "write_back_large": lambda: write_back.measure_large(changed=2_500),
    "pull": lambda: pull.measure(sizes=(500, 2_500), repetitions=1),
    "full_pull": lambda: full_pull.measure(accounts=100, activities=3_000, repetitions=1),
    "incremental": lambda: incremental.measure(accounts=500, share=0.01),
    "intake": lambda: intake.measure(deliveries=400, repetitions=1),
    "event_to_field": lambda: event_to_field.measure(accounts=40, rates=(10,), latencies=(0,), lasting=2),
}


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure csbridge on this machine.")
    parser.add_argument("--quick", action="store_true", help="small sizes: to see that it runs, not how fast")
    parser.add_argument("--json", action="store_true", help="the same as JSON")
    parser.add_argument("--only", choices=FULL, action="append", help="may be given several times")
    asked = parser.parse_args()
    lines: list[Line] = []
    for name, measurement in (QUICK if asked.quick else FULL).items():
        if not asked.only or name in asked.only:
            print(f"measuring {name} …", file=sys.stderr, flush=True)
            found = measurement()
            print(markdown(machine.description(), found), file=sys.stderr, flush=True)
            lines += found
    if asked.json:
        print(json.dumps({"machine": machine.description(), "lines": [asdict(line) for line in lines]}, indent=2))
    else:
        print(markdown(machine.description(), lines))


if __name__ == "__main__":
    main()
