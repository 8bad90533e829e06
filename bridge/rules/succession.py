"""Under which customer a group of accounts goes on, when accounts join and part. Pure; must not know why they do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from adapters.records import Ref


@dataclass(frozen=True, slots=True)
class Member:
    """One account, living or gone: the customer it belongs to, and the one that it began as, which is nobody else's."""

    customer: int
    own: int


def succeed(groups: Sequence[Sequence[Ref]], members: Mapping[Ref, Member]) -> dict[Ref, int]:
    """The customer of each member from now on. ``groups`` are the living accounts; other members are gone.

    A group is the oldest of the customers that its accounts began as; so whoever parts is again what it was.
    A customer whose founder is gone goes on with those who are left, the oldest of them if they part too.
    What is gone stays with its customer, or goes where that one went.
    """
    claims = {members[ref].own: number for number, group in enumerate(groups) for ref in group}
    living = [(members[ref], number) for number, group in enumerate(groups) for ref in group]
    for member, number in sorted(living, key=lambda one: one[0].own):
        claims.setdefault(member.customer, number)
    oldest: dict[int, int] = {}
    for customer, number in claims.items():
        oldest[number] = min(customer, oldest.get(number, customer))
    after = {ref: oldest[number] for number, group in enumerate(groups) for ref in group}
    for ref in members.keys() - after.keys():
        went = claims.get(members[ref].customer)
        after[ref] = members[ref].customer if went is None else oldest[went]
    return after
