"""Whatever happens to a portal between and during polls: once it is quiet, a copy kept by pulls and ids is as it is."""

from random import Random

import pytest
from hubspot_mirror import Mirror, mirrored

from adapters.contract import Sighting
from adapters.errors import AdapterError
from adapters.records import Record, Tombstone
from adapters.sandbox.hubspot.portal import Shelf
from bridge.store.references import named
from config.words import Kind

KINDS: tuple[Kind, ...] = ("account", "person", "ticket")
OBJECTS = {"account": "companies", "person": "contacts", "ticket": "tickets"}


def happen(mirror: Mirror, random: Random, quiet: bool) -> None:
    """One thing that somebody does in the portal. ``quiet`` things move no stamp and are in no list of the deleted."""
    kind = random.choice(KINDS)
    one, two = random.sample(living(mirror, OBJECTS[kind]), 2)
    field = {"account": "name", "person": "jobtitle", "ticket": "subject"}[kind]
    deeds = {
        "create": lambda: mirror.edit(OBJECTS[kind], None, **{field: f"New {random.random()}"}),
        "edit": lambda: mirror.edit(OBJECTS[kind], one, **{field: f"Changed {random.random()}"}),
        "all": lambda: mirror.edit("contacts", "*", jobtitle=f"All {random.random()}"),
        "delete": lambda: mirror.edit(OBJECTS[kind], one, delete=True),
        "merge": lambda: mirror.edit(OBJECTS[kind], one, delete=True, merged_into=two),
    }
    if quiet:
        deeds |= {
            "link": lambda: link(mirror, random),
            "restore": lambda: restore(mirror, random),
            "erase": lambda: mirror.edit(OBJECTS[kind], one, delete=True, gdpr=True),
        }
    deeds[random.choice(sorted(deeds))]()


def shelf(mirror: Mirror, vendor_object: str) -> Shelf:
    found: Shelf = mirror.box.vendor.portal.shelves[vendor_object]  # type: ignore[attr-defined]
    return found


def living(mirror: Mirror, vendor_object: str) -> list[str]:
    return [str(one) for one in shelf(mirror, vendor_object).ids(False)]


def link(mirror: Mirror, random: Random) -> None:
    one, company = random.choice(living(mirror, "contacts")), random.choice(living(mirror, "companies"))
    mirror.edit("contacts", one, associations={"companies": [company]})


def restore(mirror: Mirror, random: Random) -> None:
    companies = shelf(mirror, "companies")
    if binned := [str(one) for one in companies.ids(True) if one not in companies.merged]:
        mirror.edit("companies", random.choice(binned), archived=False)


def poll(mirror: Mirror) -> None:
    try:
        mirror.sync(*KINDS)
    except AdapterError:
        """The next one goes on where this one stopped."""


def reconcile(mirror: Mirror) -> None:
    """What the engine does at night."""
    for kind in KINDS:
        seen = {one.id: one for page in mirror.adapter.ids(kind) for one in page}
        held = {ref.id: item for ref, item in mirror.held(kind).items()}
        otherwise = [one for one, sight in seen.items() if one not in held or differs(held[one], sight)]
        for item in mirror.adapter.read(kind, otherwise + [one for one in held if one not in seen]):
            mirror.items.pop(item.ref, None)
            if not isinstance(item, Tombstone):
                mirror.items[item.ref] = item


def differs(item: Record, seen: Sighting) -> bool:
    linked = (set(named(getattr(item, name))) == set(ids) for name, ids in seen.links.items())
    return item.changed_at != seen.changed_at or not all(linked)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("quiet", [False, True])
def test_once_it_is_quiet_the_copy_is_the_portal(seed: int, quiet: bool) -> None:
    random = Random(seed)
    lag = random.choice([0, 1000, 20 * 60 * 1000, 50 * 60 * 1000])
    with mirrored(accounts=40, index_lag_ms=lag, merge_new_id=seed % 2 == 1) as mirror:
        for _ in range(40):
            happen(mirror, random, quiet)
            mirror.tick(seconds=random.choice([0, 1, 20, 300, 900]))
            if random.random() < 0.4:
                fault = {"kind": random.choice(["401", "429"]), "times": random.choice([1, 5])}
                if random.random() < 0.3:
                    mirror.box.instruments.faults.add(fault)
                poll(mirror)
                mirror.box.instruments.faults.clear()
        for _ in range(8):
            mirror.tick(minutes=20)
            mirror.sync(*KINDS)
        if quiet:
            reconcile(mirror)
        for kind in KINDS:
            assert mirror.held(kind) == mirror.truth(kind)
