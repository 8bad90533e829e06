"""A company whose CRM is a folder of spreadsheets, with a year and a half behind it; who is to leave fades before.

Synthetic: it says whether the proof finds what was planted, nothing about the skill of a score.
"""

import csv
import shutil
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from config.shipped import shipped_path

END = date(2026, 3, 1)
START = END - timedelta(days=540)
FADES = 75
"""Days before the loss in which use dies away, touches stop and a ticket is escalated."""

CONFIG = """\
connections:
  - {name: books, crm: csv, folder: data}
usage:
  - {file: usage.csv, account_key: id}
"""


def write_book(folder: Path, customers: int = 60, *, fading: bool = True, seed: int = 1) -> list[str]:
    """Write the workspace; the ids of those that left. Without ``fading`` nothing foretells it."""
    rng = np.random.default_rng(seed)
    (folder / "data").mkdir(parents=True, exist_ok=True)
    (folder / "csbridge.yml").write_text(CONFIG, encoding="utf-8")
    (folder / "scorecards").mkdir(exist_ok=True)
    shutil.copy(str(shipped_path("scorecards/health.yml")), folder / "scorecards" / "health.yml")
    accounts, use, touches, tickets = [], [], [], []
    gone = []
    for number in range(customers):
        id, left = f"a{number}", None
        if number % 3 == 0:
            left = START + timedelta(days=int(rng.integers(120, 520)))
            gone.append(id)
        status = "churned" if left else "customer"
        plan = "pro" if number % 2 else "basic"
        accounts.append(
            [id, f"Company {number}", status, START - timedelta(days=90), left or "", 1000, "EUR", 10, plan]
        )
        last = left or END
        for day in _days(START, last, 5):
            ahead = (left - day).days if left and fading else FADES
            for person in range(rng.binomial(3, 0.7 * min(max(ahead - 20, 0) / FADES, 1.0))):
                use.append([id, f"u{person}", "login" if person % 2 else "report", day, 2])
        for day in _days(START, last, int(rng.integers(15, 40))):
            if not (left and fading and (left - day).days < FADES):
                touches.append([f"m{id}{day}", id, "meeting", "in", f"{day}T10:00:00Z", "true"])
        for day in _days(START + timedelta(days=int(rng.integers(1, 90))), last, 120):
            tickets.append(
                [f"t{id}{day}", id, "closed", f"{day}T09:00:00Z", f"{day + timedelta(days=2)}T09:00:00Z", "false"]
            )
        if left and fading:
            day = left - timedelta(days=40)
            tickets.append([f"x{id}", id, "closed", f"{day}T09:00:00Z", f"{left}T09:00:00Z", "false"])
    data = folder / "data"
    _write(data / "accounts.csv", "id name status customer_since churned_on arr currency seats_bought plan", accounts)
    _write(data / "activities.csv", "id account kind direction at done", touches)
    _write(data / "tickets.csv", "id account status opened_at closed_at escalated", tickets)
    _write(folder / "usage.csv", "account person feature day count", use)
    return gone


def _days(first: date, last: date, step: int) -> Iterable[date]:
    return (first + timedelta(days=n) for n in range(0, (last - first).days, step))


def _write(file: Path, head: str, rows: Sequence[Sequence[object]]) -> None:
    with file.open("w", newline="", encoding="utf-8") as opened:
        writer = csv.writer(opened)
        writer.writerow(head.split())
        writer.writerows(rows)
