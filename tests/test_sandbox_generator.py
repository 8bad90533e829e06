"""The made-up world: deterministic, coherent, dirty where real CRMs are."""

import hashlib
import os
import subprocess
import sys
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta

import pytest

from adapters.sandbox import names
from adapters.sandbox.generator import generate
from adapters.sandbox.world import World

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
PRINT = (
    "import hashlib; from datetime import UTC, datetime; from adapters.sandbox.generator import generate; "
    "w = generate(30, 7, datetime(2026, 11, 21, 12, tzinfo=UTC)); print(hashlib.sha256(repr(w).encode()).hexdigest())"
)


@pytest.fixture(scope="module")
def world() -> World:
    return generate(300, 1, NOW)


def test_same_arguments_make_the_same_world_whatever_the_hash_seed() -> None:
    here = hashlib.sha256(repr(generate(30, 7, NOW)).encode()).hexdigest()
    for hash_seed in ("1", "2"):
        run = subprocess.run(
            [sys.executable, "-c", PRINT],
            env={**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": os.getcwd()},
            capture_output=True,
            text=True,
            check=True,
        )
        assert run.stdout.strip() == here
    assert generate(30, 8, NOW) != generate(30, 7, NOW)


def test_larger_world_contains_the_smaller_ones_companies() -> None:
    assert generate(40, 3, NOW, history=False).companies[:10] == generate(10, 3, NOW, history=False).companies


def test_every_trajectory_appears_even_among_twenty() -> None:
    assert len({company.trajectory for company in generate(20, 5, NOW, history=False).companies}) == 6


def test_usage_follows_the_trajectory(world: World) -> None:
    persons = defaultdict(set)
    for use in world.usage:
        if use.day > NOW.date() - timedelta(days=28):
            persons[use.company].add(use.contact)
    share: dict[str, list[float]] = defaultdict(list)
    for company in world.companies:
        if company.seats and company.seats > 0:
            share[company.trajectory].append(len(persons[company.key]) / company.seats)
    mean = {name: sum(values) / len(values) for name, values in share.items()}
    assert mean["growing"] > mean["healthy"] > mean["onboarding"] > mean["declining"] > mean["churned"] == 0


def test_customers_in_trouble_are_there(world: World) -> None:
    customers = {company.key for company in world.companies if company.status == "customer"}
    last = dict.fromkeys(customers, date.min)
    for use in world.usage:
        if use.company in last:
            last[use.company] = max(last[use.company], use.day)
    silent = sum(day < NOW.date() - timedelta(days=21) for day in last.values())
    assert 0.08 < silent / len(customers) < 0.22
    assert {ticket.company for ticket in world.tickets if ticket.escalated and not ticket.closed_at} & customers
    recent = NOW - timedelta(days=90)
    assert {
        answer.company
        for answer in world.answers
        if answer.survey == "nps" and answer.score <= 6 and answer.at > recent
    }
    near = [c for c in world.companies if c.renewal_date and 0 <= (c.renewal_date - NOW.date()).days <= 90]
    assert 0.08 < len(near) / len(customers) < 0.4


def test_rows_hang_together(world: World) -> None:
    companies = {company.key: company for company in world.companies}
    contacts = {contact.key: contact for contact in world.contacts}
    for use in world.usage:
        company = companies[use.company]
        assert contacts[use.contact].company == use.company
        assert use.day <= NOW.date()
        assert company.churned_on is None or use.day <= company.churned_on
    for ticket in world.tickets:
        ends = [ticket.opened_at, ticket.closed_at or NOW]
        assert ends == sorted(ends)
        assert (ticket.status == "closed") == (ticket.closed_at is not None)
    for answer in world.answers:
        assert 0 <= answer.score <= 10
        assert answer.at <= NOW
    assert all(company.churned_on for company in companies.values() if company.status == "churned")


def test_nothing_was_changed_before_it_was_made_or_after_now(world: World) -> None:
    for row in (*world.companies, *world.contacts):
        assert row.created_at <= row.changed_at <= NOW
    for row in (*world.touches, *world.tickets, *world.deals):
        assert row.changed_at <= NOW
        assert row.changed_at.microsecond % 1000 == 0


def test_data_is_dirty() -> None:
    companies = generate(3000, 1, NOW, history=False).companies
    domains = [company.domain for company in companies]
    assert any(domain and domain.startswith("HTTP://WWW.") and "/path" in domain for domain in domains)
    assert None in domains
    assert "" in domains
    assert len(set(domains)) < len(domains) - domains.count(None)
    assert any(company.seats is not None and company.seats < 0 for company in companies)
    assert any(company.employees == -1 for company in companies)
    assert any(company.customer_since and company.customer_since > NOW.date() for company in companies)
    assert any(company.name != company.name.strip() for company in companies)
    assert any(not company.name.isascii() for company in companies)


def test_many_rows_share_a_stamp() -> None:
    stamps = [company.changed_at for company in generate(1000, 1, NOW, history=False).companies]
    assert max(stamps.count(stamp) for stamp in set(stamps)) > 100
    assert max(stamps) - min(stamps) > timedelta(days=500)


def test_addresses_stay_within_the_names_reserved_for_examples(world: World) -> None:
    reserved = (".example", ".example.com", ".example.org", ".example.net")
    assert all(names.clean_domain(key).endswith(reserved) for key in range(1, 500))
    addresses = [contact.email.lower() for contact in world.contacts if contact.email]
    assert all(address.endswith(reserved) for address in addresses)
    assert len(set(addresses)) == len(addresses)


def test_five_hundred_accounts_stay_below_the_row_budget(world: World) -> None:
    assert len(world.usage) / len(world.companies) * 500 < 400_000
