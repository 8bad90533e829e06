"""Vendor words that the map does not translate: counted, and told by doctor."""

from worlds import START, World, settings_of

from bridge.doctor.doctoring import examine
from bridge.sync.untranslated import Strange, untranslated


def found(world: World) -> list[Strange]:
    with world.workspace.store.read() as db:
        return untranslated(db, "salesforce", world.workspace.settings.connection("sf"))


def test_untranslated_values_are_counted_over_the_living_records(world: World) -> None:
    for id in ("1", "2", "3"):
        world.account(id, status="unknown", extra={"status_in_crm": "Partner", "tier": "gold"})
    world.account("4", status="unknown", extra={"status_in_crm": "Reseller"})
    world.crm.put("ticket", "t", account="1", priority="unknown", opened_at=START, extra={"priority_in_crm": "P9"})
    world.sync()
    world.tick()
    world.crm.delete("account", "3")
    world.sync()
    assert found(world) == [
        Strange("account", "status", "Partner", 2),
        Strange("account", "status", "Reseller", 1),
        Strange("ticket", "priority", "P9", 1),
    ]
    told = [one.finding.what for one in examine(world.workspace) if "is not in the map" in one.finding.what]
    assert told[0] == "account.status: 'Partner' (2 records) is not in the map; it counts as unknown"


def test_what_the_admin_calls_unknown_is_no_news(world: World) -> None:
    values = {"status": {"partner": "unknown"}}
    world.workspace.settings = settings_of(world.workspace.folder, map={"account": {"values": values}})
    world.account("1", status="unknown", extra={"status_in_crm": "Partner"})
    world.sync()
    assert found(world) == []
