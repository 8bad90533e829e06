from dataclasses import replace
from datetime import date, timedelta

from fake_writeback import FIELDS, START, ref, wanting

from webhooks.writeback.drift import forget, observe, verdict
from webhooks.writeback.entry import Entry, has_work, prepare

TODAY = START.date()
SECOND = timedelta(seconds=1)


def written(**values):
    """An entry whose values the CRM confirmed at START."""
    return replace(wanting("1", **values), confirmed=values, confirmed_at=dict.fromkeys(values, START))


def read(entry, own, at=START + SECOND, policy="repair", today=TODAY, **rules):
    return observe(entry, own, at, policy, FIELDS, today, **rules)


def test_the_first_reading_is_where_we_start_whatever_it_says():
    entry = read(Entry(ref(), desired={"nps": 40, "health_band": "red"}), {"nps": 12, "health_band": "red"})
    assert (entry.confirmed, entry.seen, entry.repairs) == ({"nps": 12, "health_band": "red"}, True, 0)
    assert prepare(entry, FIELDS) == {"nps": 40}


def test_with_the_policy_to_accept_a_first_reading_is_still_written_over():
    entry = read(Entry(ref(), desired={"nps": 40}), {"nps": 12}, policy="accept")
    assert prepare(entry, FIELDS) == {"nps": 40}


def test_only_fields_that_we_write_and_that_are_on_take_part():
    entry = read(Entry(ref()), {"nps": 12, "pulse": "red", "off": 1})
    assert entry.confirmed == {"nps": 12}


def test_what_a_person_changed_after_our_write_is_repaired():
    before = written(nps=40, health_band="red")
    after = read(before, {"nps": 12, "health_band": "red"})
    assert prepare(after, FIELDS) == {"nps": 40}
    assert (after.repairs, after.repaired_on, verdict(before, after)) == (1, TODAY, "repaired")


def test_what_a_person_changed_is_left_by_policy_until_we_want_something_else():
    before = written(nps=40)
    after = read(before, {"nps": 12}, policy="accept")
    assert verdict(before, after) == "accepted"
    assert not has_work(after, FIELDS)
    assert prepare(replace(after, desired={"nps": 41}), FIELDS) == {"nps": 41}


def test_the_same_second_is_not_later():
    entry = written(nps=40)
    assert read(entry, {"nps": 12}, START + timedelta(milliseconds=900)).confirmed == {"nps": 40}
    assert read(entry, {"nps": 12}, START - SECOND) == entry


def test_another_field_that_changed_before_our_write_is_drift_although_the_record_is_not_younger():
    """A person edits one field, we write another before anybody reads: the record's stamp is that of our write."""
    entry = replace(written(nps=40, health_band="red"), confirmed_at={"nps": START + SECOND, "health_band": START})
    after = read(entry, {"nps": 40, "health_band": "green"}, START + SECOND)
    assert prepare(after, FIELDS) == {"health_band": "red"}


def test_an_older_reading_that_arrives_late_is_ignored():
    entry = read(written(nps=40), {"nps": 12}, START + 3 * SECOND)
    assert read(entry, {"nps": 11}, START + 2 * SECOND) == entry


def test_a_person_who_writes_what_we_want_is_no_drift():
    before = replace(written(nps=40), desired={"nps": 41})
    after = read(before, {"nps": 41})
    assert verdict(before, after) is None
    assert not has_work(after, FIELDS)


def test_where_nothing_is_wanted_nobody_drifts():
    before = replace(written(nps=40), desired=None)
    after = read(before, {"nps": 12})
    assert (after.confirmed, verdict(before, after)) == ({"nps": 12}, None)


def test_a_field_that_cannot_be_read_stays_as_it_was():
    assert read(written(nps=40, risk_count=2), {"nps": 40}).confirmed == {"nps": 40, "risk_count": 2}


def test_after_a_few_repairs_in_a_day_the_record_is_contested():
    entry = written(nps=40)
    for fight in range(1, 5):
        before = replace(entry, confirmed={"nps": 40})
        entry = read(before, {"nps": 12}, START + fight * SECOND)
    assert verdict(before, entry) == "contested"
    assert not has_work(entry, FIELDS)
    assert entry.confirmed == {"nps": 12}


def test_repairs_are_counted_by_day():
    entry = written(nps=40)
    for day in range(10):
        today = date(2026, 3, 2) + timedelta(days=day)
        entry = read(replace(entry, confirmed={"nps": 40}), {"nps": 12}, START + (day + 1) * SECOND, today=today)
    assert (entry.repairs, entry.contested) == (1, False)


def test_after_a_merge_the_value_read_is_where_we_start():
    before = forget(written(nps=40))
    after = read(before, {"nps": 12}, START)
    assert verdict(before, after) is None
    assert prepare(after, FIELDS) == {"nps": 40}


def test_a_field_switched_on_is_read_for_the_first_time():
    before = read(written(health_band="red"), {"health_band": "red"})
    after = read(replace(before, desired={"nps": 40}), {"nps": 12, "health_band": "red"}, policy="accept")
    assert prepare(after, FIELDS) == {"nps": 40}
    core = {"nps": FIELDS["nps"]}
    assert observe(after, {"nps": 12}, START + 2 * SECOND, "repair", core, TODAY).confirmed == {"nps": 12}


def test_with_a_write_in_flight_the_newest_reading_waits():
    entry = replace(written(nps=40), sent={"nps": 41})
    waiting = read(read(entry, {"nps": 12}, START + 2 * SECOND), {"nps": 11})
    assert waiting == replace(entry, pending={"nps": 12}, pending_at=START + 2 * SECOND)


def test_seen_without_a_reading_kept_means_seen_blank():
    entry = replace(wanting("1", nps=40, risk_count=None), confirmed={}, observed_at=None)
    after = read(entry, {"nps": None, "risk_count": 7}, policy="accept")
    assert prepare(after, FIELDS) == {"nps": 40}
    assert after.accepted == {"risk_count": None}
