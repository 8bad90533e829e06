from dataclasses import replace
from datetime import timedelta

import pytest
from fake_writeback import FIELDS, START, ref, wanting

from adapters.contract import Outcome
from adapters.records import Account, Person, Tombstone
from webhooks.writeback.drift import observe, retarget
from webhooks.writeback.entry import Entry, Lease, has_work, prepare, standing
from webhooks.writeback.settle import leave, mark_sent, mended, release, resolve, rest, retry, settle

LEASE = Lease("ours", START + timedelta(minutes=5))
TODAY = START.date()
DATE = START + timedelta(seconds=7)


def sent(**desired):
    return mark_sent(replace(wanting("1", **desired), lease=LEASE), LEASE, FIELDS)


def answered(entry, status, policy="repair", **more):
    return settle(entry, "ours", Outcome(entry.ref, status, **more), START, policy, FIELDS, TODAY)


def found(entry, own, policy="repair", at=DATE):
    item = Account(ref=ref(), changed_at=at, own=own)
    return resolve(entry, "ours", item, START, policy, FIELDS, TODAY)


def test_what_is_sent_is_recorded_with_a_renewed_lease():
    renewed = Lease("ours", START + timedelta(hours=1))
    entry = mark_sent(replace(wanting("1", health_score=72.44, nps=None), lease=LEASE), renewed, FIELDS)
    assert (entry.sent, entry.lease) == ({"health_score": 72.4}, renewed)


def test_who_lost_the_lease_sends_nothing_and_settles_nothing():
    taken = replace(wanting("1", nps=40), lease=Lease("theirs", LEASE.until))
    assert mark_sent(taken, LEASE, FIELDS) == taken
    theirs = replace(taken, sent={"nps": 40})
    assert answered(theirs, "written", at=DATE) == theirs
    assert found(theirs, {"nps": 40}) == theirs
    assert release(theirs, "ours") == theirs


def test_what_became_unwanted_meanwhile_is_not_sent():
    entry = replace(wanting("1", nps=40), confirmed={"nps": 40}, lease=LEASE)
    assert mark_sent(entry, LEASE, FIELDS) == replace(entry, lease=None)


def test_written_is_confirmed_by_field_at_the_vendors_date():
    entry = answered(sent(nps=40), "written", at=DATE)
    assert (entry.confirmed, entry.confirmed_at) == ({"nps": 40}, {"nps": DATE})
    assert (entry.sent, entry.lease, standing(entry, FIELDS)) == (None, None, "quiet")


def test_a_refused_patch_rests_until_it_or_the_field_changes_or_a_person_says_so():
    entry = answered(sent(nps=40, risk_count=1), "refused", code="NO", message="never")
    assert (entry.refusal.code, entry.refusal.message) == ("NO", "never")
    assert standing(entry, FIELDS) == "refused"
    assert not has_work(entry, FIELDS)
    assert has_work(replace(entry, desired={"nps": 41, "risk_count": 1}), FIELDS)
    assert has_work(entry, {**FIELDS, "nps": replace(FIELDS["nps"], precision=3)})
    assert has_work(entry, {name: field for name, field in FIELDS.items() if name != "nps"})
    assert has_work(retry(entry), FIELDS)


def test_a_refusal_of_what_is_not_wanted_any_more_is_forgotten():
    entry = answered(sent(nps=40), "refused", code="NO")
    assert rest(replace(entry, desired={"nps": None}), FIELDS).refusal is None


def test_later_is_not_applied_and_waits_as_long_as_the_vendor_says():
    entry = answered(sent(nps=40), "later", after=timedelta(minutes=2))
    assert (entry.sent, entry.lease, entry.retry_at) == (None, None, START + timedelta(minutes=2))
    assert standing(entry, FIELDS) == "waiting"
    assert answered(sent(nps=40), "later").retry_at > START
    assert answered(sent(nps=40), "later", after=timedelta(0)).retry_at == START


def test_a_record_that_a_write_finds_gone_is_dropped_unless_another_worker_has_it():
    assert answered(sent(nps=40), "gone", code="ENTITY_IS_DELETED") is None
    theirs = replace(sent(nps=40), lease=Lease("theirs", LEASE.until))
    assert answered(theirs, "gone") == theirs


def refused(before=None):
    return answered(replace(before or sent(nps=40), observed_at=None), "refused", code="NO", message="never")


def shown(entry, at, **own):
    return observe(entry, {"nps": None} | own, at, "repair", FIELDS, TODAY)


def test_a_record_that_somebody_changed_after_a_refusal_is_tried_once_more():
    read = shown(refused(), START)
    assert (standing(read, FIELDS), read.observed_at) == ("refused", START)
    assert standing(shown(read, START), FIELDS) == "refused"
    changed = shown(read, DATE)
    assert (standing(changed, FIELDS), prepare(changed, FIELDS)) == ("waiting", {"nps": 40})
    again = answered(mark_sent(replace(changed, lease=LEASE), LEASE, FIELDS), "refused", code="NO")
    assert standing(shown(again, DATE), FIELDS) == "refused"


def test_a_record_that_was_never_read_counts_as_changed_from_the_refusal_on():
    assert standing(shown(refused(), START - timedelta(seconds=1)), FIELDS) == "refused"
    assert standing(shown(refused(), DATE), FIELDS) == "waiting"


def test_our_own_write_that_moved_the_stamp_before_the_refusal_is_no_change():
    ours = replace(sent(nps=40), observed_at=START, confirmed_at={"risk_count": DATE})
    entry = answered(ours, "refused", code="NO")
    moved = DATE + timedelta(milliseconds=400)
    assert standing(shown(entry, moved), FIELDS) == "refused"
    assert standing(shown(entry, DATE + timedelta(seconds=1)), FIELDS) == "waiting"


def test_a_change_that_was_read_while_the_write_was_refused_is_tried_once_more():
    entry = shown(sent(nps=40), DATE)
    assert entry.pending_at == DATE
    assert standing(answered(entry, "refused", code="NO"), FIELDS) == "waiting"


def test_a_lost_answer_is_unknown_even_when_nothing_is_wanted_any_more():
    entry = answered(sent(nps=40), "lost")
    assert (entry.lease, standing(entry, FIELDS)) == (None, "unknown")
    assert has_work(replace(entry, desired=None), FIELDS)


def test_unknown_is_read_back_field_by_field():
    entry = sent(nps=40, health_band="red", risk_count=3)
    known = found(entry, {"nps": 40, "health_band": None, "risk_count": 9})
    assert known.sent is None
    assert known.confirmed == {"nps": 40, "health_band": None, "risk_count": 9}
    assert prepare(known, FIELDS) == {"health_band": "red", "risk_count": 3}
    assert (known.repairs, known.lease) == (1, LEASE)


def test_an_edit_after_a_lost_answer_is_left_by_policy_even_on_a_record_never_read_before():
    entry = mark_sent(Entry(ref(), desired={"nps": 40}, lease=LEASE), LEASE, FIELDS)
    known = found(entry, {"nps": 12, "risk_count": None}, policy="accept")
    assert (known.accepted, known.confirmed["nps"], known.lease) == ({"nps": 40}, 12, None)
    assert not has_work(known, FIELDS)


def test_what_arrived_gives_the_lease_back_and_what_was_wanted_since_is_still_work():
    assert found(sent(nps=40), {"nps": 40}).lease is None
    since = found(replace(sent(nps=40), desired={"nps": 41}), {"nps": 40})
    assert (prepare(since, FIELDS), since.lease) == ({"nps": 41}, LEASE)


def test_a_record_that_is_gone_is_dropped_and_one_without_an_answer_rests():
    entry = sent(nps=40)
    gone = Tombstone(ref(), START)
    assert resolve(entry, "ours", gone, START, "repair", FIELDS, TODAY) is None
    silent = resolve(entry, "ours", None, START, "repair", FIELDS, TODAY)
    assert silent.sent is not None
    assert silent.retry_at > START


def test_a_record_whose_own_fields_cannot_be_read_is_sent_again():
    entry = replace(sent(nps=40), ref=ref(kind="person"))
    person = Person(ref=entry.ref, changed_at=DATE)
    known = resolve(entry, "ours", person, START, "repair", FIELDS, TODAY)
    assert (known.sent, prepare(known, FIELDS)) == (None, {"nps": 40})


@pytest.mark.parametrize(("policy", "work"), [("repair", True), ("accept", False)])
def test_a_reading_that_waited_for_the_answer_is_judged_after_it(policy, work):
    entry = replace(sent(nps=40), pending={"nps": 12}, pending_at=DATE + timedelta(seconds=1))
    after = answered(entry, "written", policy=policy, at=DATE)
    assert (after.confirmed, after.pending, has_work(after, FIELDS)) == ({"nps": 12}, None, work)
    stale = replace(entry, pending_at=DATE)
    assert answered(stale, "written", policy=policy, at=DATE).confirmed == {"nps": 40}


def test_a_reading_younger_than_the_read_back_counts_after_it():
    entry = replace(sent(nps=40), pending={"nps": 12}, pending_at=DATE + timedelta(seconds=1))
    known = found(entry, {"nps": 40})
    assert (known.confirmed, known.pending, prepare(known, FIELDS)) == ({"nps": 12}, None, {"nps": 40})
    assert found(replace(entry, pending_at=DATE - timedelta(seconds=1)), {"nps": 40}).confirmed == {"nps": 40}


def test_accepted_drift_is_over_once_the_field_was_written():
    entry = replace(sent(nps=41), accepted={"nps": 40, "risk_count": 1})
    assert answered(entry, "written", at=DATE).accepted == {"risk_count": 1}


def test_a_record_that_leaves_is_blanked_once_and_then_nothing_is_wanted():
    entry = leave(replace(wanting("1", nps=40, risk_count=None), confirmed={"nps": 40, "health_band": "red"}))
    assert prepare(entry, FIELDS) == {"nps": None, "health_band": None}
    done = answered(mark_sent(replace(entry, lease=LEASE), LEASE, FIELDS), "written", at=DATE)
    assert done.desired is None
    assert leave(done) == done


def test_leaving_with_nothing_written_is_no_work_and_with_a_write_under_way_waits_for_it():
    assert leave(wanting("1", nps=40)).desired is None
    assert leave(Entry(ref())) == Entry(ref())
    applied = found(leave(sent(nps=40)), {"nps": 40})
    assert prepare(applied, FIELDS) == {"nps": None}
    missed = found(leave(sent(nps=40)), {"nps": None})
    assert (missed.desired, missed.lease) == (None, None)


def test_a_contested_or_refused_record_that_leaves_is_blanked_all_the_same():
    held = replace(wanting("1", nps=40), confirmed={"nps": 12}, contested=True)
    gone = leave(held)
    assert (gone.contested, prepare(gone, FIELDS)) == (False, {"nps": None})
    refused = answered(mark_sent(replace(gone, lease=LEASE), LEASE, FIELDS), "refused", code="NO")
    assert leave(refused) == refused, "what was refused is not tried again at every pass"
    wanted = replace(refused, desired={"nps": 40}, refusal=replace(refused.refusal, fields={"nps": 40}))
    assert prepare(leave(wanted), FIELDS) == {"nps": None}
    assert leave(replace(wanting("1", nps=40), contested=True)) == Entry(
        ref(), confirmed={"nps": None}, seen=True, observed_at=START
    )


def test_what_the_set_up_refused_is_tried_again_once_that_was_mended_and_what_people_contest_is_not():
    entry = answered(sent(nps=40), "refused", code="NO", definition=True)
    assert mended(entry) == replace(entry, refusal=None)
    assert has_work(mended(entry), FIELDS)
    contested = replace(entry, contested=True)
    assert standing(mended(contested), FIELDS) == "contested"
    resting = replace(wanting("1", nps=40), retry_at=DATE)
    assert mended(resting) == resting


def written():
    wanted = {"nps": 40, "health_band": "red", "risk_count": 2}
    entry = Entry(ref(), desired=wanted, lease=LEASE, seen=True, observed_at=START)
    return answered(mark_sent(entry, LEASE, FIELDS), "written", at=DATE)


def test_a_field_that_moved_to_another_place_is_written_there_and_the_others_are_not():
    assert prepare(retarget(written(), {"nps", "unheard_of"}), FIELDS) == {"nps": 40}
    assert retarget(written(), []) == written()
    whole = retarget(replace(written(), accepted={"nps": 40, "risk_count": 2}), {"nps"})
    assert (whole.confirmed, whole.accepted) == ({"health_band": "red", "risk_count": 2}, {"risk_count": 2})
    assert (whole.confirmed_at.keys(), whole.observed_at) == ({"health_band", "risk_count"}, None)


@pytest.mark.parametrize("policy", ["repair", "accept"])
def test_what_the_new_place_of_a_field_holds_is_no_drift_and_what_the_others_hold_is(policy):
    moved = retarget(written(), {"nps"})
    later = DATE + timedelta(seconds=60)
    found = observe(moved, {"nps": 5, "health_band": "green", "risk_count": 2}, later, policy, FIELDS, TODAY)
    drifted = {"health_band": "red"}
    assert found.accepted == (drifted if policy == "accept" else {})
    assert prepare(found, FIELDS) == {"nps": 40} | (drifted if policy == "repair" else {})
    unchanged = observe(moved, {"nps": 5, "health_band": "red", "risk_count": 2}, START, policy, FIELDS, TODAY)
    assert (unchanged.confirmed["nps"], unchanged.repairs, unchanged.accepted) == (5, 0, {})


def test_an_answer_about_the_old_place_of_a_field_says_nothing_of_the_new_one():
    under_way = replace(sent(nps=40, risk_count=1), pending={"nps": 7, "risk_count": 1}, pending_at=START)
    moved = retarget(under_way, {"nps"})
    assert (moved.sent, moved.pending) == ({"risk_count": 1}, {"risk_count": 1})
    after = answered(moved, "written", at=DATE)
    assert (after.confirmed, prepare(after, FIELDS)) == ({"risk_count": 1}, {"nps": 40})
    alone = retarget(sent(nps=40), {"nps"})
    assert (alone.sent, standing(alone, FIELDS)) == ({}, "unknown")
    known = found(alone, {"nps": None})
    assert (known.sent, known.repairs, prepare(known, FIELDS)) == (None, 0, {"nps": 40})


def test_a_late_answer_about_a_dropped_record_leaves_no_row():
    assert answered(Entry(ref()), "written", at=DATE) is None
    assert release(Entry(ref()), "ours") is None
    assert found(Entry(ref()), {"nps": 1}) is None
    assert mark_sent(Entry(ref()), LEASE, FIELDS) is None
