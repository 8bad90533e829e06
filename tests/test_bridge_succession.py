"""Which customer goes on, as accounts join and part."""

from hypothesis import given
from hypothesis import strategies as st

from adapters.records import Ref
from bridge.rules.succession import Member, succeed


def ref(id: int) -> Ref:
    return Ref("sf", "account", str(id))


def after(groups: list[list[int]], **customers: int) -> dict[int, int]:
    """Account n began as customer n; ``_n=m``: it belongs to customer m now. Who is in no group is gone."""
    members = {ref(int(name[1:])): Member(customer, int(name[1:])) for name, customer in customers.items()}
    found = succeed([[ref(id) for id in group] for group in groups], members)
    return {int(one.id): customer for one, customer in found.items()}


def test_the_older_customer_goes_on_and_whoever_parts_is_again_what_it_was() -> None:
    assert after([[2, 1]], _1=1, _2=2) == {1: 1, 2: 1}
    assert after([[1], [2]], _1=1, _2=1) == {1: 1, 2: 2}
    assert after([[1, 3], [2]], _1=1, _2=1, _3=3) == {1: 1, 2: 2, 3: 1}


def test_a_customer_outlives_the_account_it_began_with() -> None:
    assert after([[2]], _1=1, _2=1) == {1: 1, 2: 1}
    assert after([[2], [3]], _1=1, _2=1, _3=1) == {1: 1, 2: 1, 3: 3}, "the oldest of those who are left"
    assert after([[1], [2]], _1=1, _2=1) == {1: 1, 2: 2}, "unless the first one is there again"


def test_what_is_gone_goes_where_its_customer_went() -> None:
    assert after([[1, 3]], _1=1, _2=2, _3=2) == {1: 1, 2: 1, 3: 1}
    assert after([], _1=1) == {1: 1}


@given(st.lists(st.lists(st.sampled_from(["a", "b", "c", ""]), min_size=6, max_size=6), min_size=1, max_size=6))
def test_no_two_groups_ever_share_a_customer(steps: list[list[str]]) -> None:
    """Six accounts grouped anew at every step, by letter ("" = gone)."""
    members = {ref(id): Member(id, id) for id in range(1, 7)}
    for letters in steps:
        by_letter: dict[str, list[Ref]] = {}
        for id, letter in enumerate(letters, start=1):
            by_letter.setdefault(letter, []).append(ref(id))
        by_letter.pop("", None)
        found = succeed(list(by_letter.values()), members)
        names = [{found[one] for one in group} for group in by_letter.values()]
        assert all(len(some) == 1 for some in names)
        assert len(set.union(set(), *names)) == len(names)
        members = {one: Member(found[one], member.own) for one, member in members.items()}
