"""Which accounts are one customer: the rules alone."""

from collections import Counter
from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from adapters.records import Ref
from bridge.rules.matching import Identified, match


def one(account: str, link: str | None = None, domain: str | None = None) -> Identified:
    connection, _, id = account.partition(":")
    return Identified(Ref(connection, "account", id), link, domain)


def named(refs: Iterable[Ref]) -> str:
    return " ".join(f"{ref.connection}:{ref.id}" for ref in refs)


def joined(*accounts: Identified) -> list[str]:
    """The customers of more than one account."""
    return sorted(named(group) for group in match(accounts).groups if len(group) > 1)


def doubts(*accounts: Identified) -> dict[str, str]:
    return {f"{doubt.sort} {doubt.value}: {named(doubt.accounts)}": doubt.why for doubt in match(accounts).doubts}


def test_a_link_joins_and_a_domain_joins() -> None:
    assert joined(one("sf:1", link="A"), one("hs:1", link="A"), one("hs:2")) == ["hs:1 sf:1"]
    assert joined(one("sf:1", domain="acme.test"), one("hs:1", domain="acme.test"), one("hs:2")) == ["hs:1 sf:1"]


def test_a_link_goes_before_a_domain() -> None:
    accounts = (
        one("sf:1", "A", "acme.test"),
        one("sf:2", "B", "acme.test"),
        one("hs:1", "B", "acme.test"),
        one("hs:2", "A", "acme.test"),
    )
    assert joined(*accounts) == ["hs:1 sf:2", "hs:2 sf:1"]
    assert doubts(*accounts) == {}, "every one of them is told apart"


def test_a_domain_that_one_connection_has_twice_joins_nobody() -> None:
    accounts = (one("sf:1", domain="acme.test"), one("sf:2", domain="acme.test"), one("hs:1", domain="acme.test"))
    assert joined(*accounts) == []
    assert doubts(*accounts) == {"domain acme.test: hs:1 sf:1 sf:2": "several accounts of sf have it"}
    assert list(doubts(*accounts[:2])) == ["domain acme.test: sf:1 sf:2"]


def test_a_link_that_one_connection_has_twice_joins_nobody_by_a_domain_either() -> None:
    accounts = (one("sf:1", "A", "acme.test"), one("sf:2", "A"), one("hs:1", "A", "acme.test"))
    assert joined(*accounts) == []
    assert sorted(doubts(*accounts).values()) == [
        "several accounts of sf have it", "the common id of one of them is not unique",
    ]  # fmt: skip


def test_links_that_differ_contradict_a_domain() -> None:
    accounts = (one("sf:1", "A", "acme.test"), one("hs:1", "B", "acme.test"))
    assert joined(*accounts) == []
    assert doubts(*accounts) == {"domain acme.test: hs:1 sf:1": "their common ids differ: A, B"}
    assert joined(one("sf:1", "A", "acme.test"), one("hs:1", None, "acme.test")) == ["hs:1 sf:1"], "blank says nothing"


def test_a_pair_that_a_link_joined_takes_a_third_in_by_its_domain() -> None:
    pair = (one("sf:1", "A", "acme.test"), one("hs:1", "A", "acme.example"))
    assert joined(*pair, one("csv:1", domain="acme.test")) == ["csv:1 hs:1 sf:1"]
    assert joined(*pair, one("hs:2", domain="acme.test")) == ["hs:1 sf:1"], "it has one of hs"
    crossed = (*pair, one("csv:1", domain="acme.test"), one("csv:2", domain="acme.example"))
    assert joined(*crossed) == ["hs:1 sf:1"], "not two of one connection round a corner"
    assert set(doubts(*crossed).values()) == {"it would put several accounts of csv into one customer"}


def test_what_all_of_a_pair_have_is_no_doubt() -> None:
    assert doubts(one("sf:1", "A", "acme.test"), one("hs:1", "A", "acme.test")) == {}


def test_many_of_one_domain_are_told_apart_quickly() -> None:
    crowd = [one(f"sf:{number}", domain="crowd.test") for number in range(20_000)]
    assert joined(*crowd, one("hs:1", domain="crowd.test")) == []


ACCOUNTS = st.lists(
    st.builds(
        one,
        st.builds(lambda connection, id: f"{connection}:{id}", st.sampled_from(["sf", "hs", "csv"]), st.integers(1, 4)),
        st.sampled_from([None, None, "A", "B"]),
        st.sampled_from([None, "a.test", "b.test", "c.test"]),
    ),
    unique_by=lambda each: each.ref,
    max_size=8,
)


@given(ACCOUNTS, st.randoms())
def test_the_order_of_accounts_does_not_matter(accounts: list[Identified], dice: object) -> None:
    shuffled = list(accounts)
    dice.shuffle(shuffled)  # type: ignore[attr-defined]
    assert match(shuffled) == match(accounts)


@given(ACCOUNTS)
def test_no_customer_has_two_accounts_of_a_connection_or_two_links(accounts: list[Identified]) -> None:
    known = {each.ref: each for each in accounts}
    groups = match(accounts).groups
    assert Counter(ref for group in groups for ref in group) == Counter(known.keys())
    for group in groups:
        assert len({ref.connection for ref in group}) == len(group)
        assert len({known[ref].link for ref in group} - {None}) <= 1


@given(ACCOUNTS)
def test_whoever_shares_a_value_is_joined_or_listed(accounts: list[Identified]) -> None:
    found = match(accounts)
    group_of = {ref: group for group in found.groups for ref in group}
    listed = [set(doubt.accounts) for doubt in found.doubts]
    for first in accounts:
        for second in accounts:
            if first.domain and first.domain == second.domain and group_of[first.ref] != group_of[second.ref]:
                told_apart = len(group_of[first.ref]) > 1 and len(group_of[second.ref]) > 1
                assert told_apart or any({first.ref, second.ref} <= some for some in listed)
