"""The rules of write-back (design, section 1, "Out"): which tests hold each. The names say what a rule is."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest
from fake_writeback import ALL, Clock, FakeCrm, FakeLedger, ref, wanting
from worlds import World

from adapters.contract import Outcome, Patch
from adapters.records import Ref
from webhooks.writeback.entry import Entry
from webhooks.writeback.reconcile import LEASE, push

HERE: Final = Path(__file__).parent

RULES: Final[dict[str, tuple[str, ...]]] = {
    "desired less confirmed is the work, and a quiet push makes no call": (
        "test_webhooks_writeback_reconcile::test_everything_is_written_in_the_fewest_calls_and_a_second_push_makes_none",
        "test_webhooks_writeback_comparison::test_differences_are_ours_to_write_fitted_and_not_set_aside",
    ),
    "one write in flight per record, under a lease that fences": (
        "test_webhooks_writeback_settle::test_who_lost_the_lease_sends_nothing_and_settles_nothing",
        "test_webhooks_writeback_reconcile::test_a_live_lease_is_respected_and_a_dead_one_taken_over",
        "test_bridge_store_ledger::test_two_claimers_never_hold_the_same",
    ),
    "what is sent is recorded before the call": (
        "test_webhooks_writeback_reconcile::test_what_is_sent_stands_in_the_ledger_before_the_call",
    ),
    "a lost answer is unknown, and read back field by field": (
        "test_webhooks_writeback_reconcile::test_a_lost_answer_is_read_back_and_sent_again_only_if_it_never_arrived",
        "test_webhooks_writeback_settle::test_unknown_is_read_back_field_by_field",
        "test_bridge_faults::test_trap_44_a_write_whose_answer_is_lost_is_read_back_and_no_value_is_written_twice",
    ),
    "drift is repaired or accepted by policy": (
        "test_webhooks_writeback_drift::test_what_a_person_changed_after_our_write_is_repaired",
        "test_webhooks_writeback_drift::test_what_a_person_changed_is_left_by_policy_until_we_want_something_else",
    ),
    "the same second is not later": ("test_webhooks_writeback_drift::test_the_same_second_is_not_later",),
    "after a few repairs in a day the record is contested, parked and told": (
        "test_webhooks_writeback_drift::test_after_a_few_repairs_in_a_day_the_record_is_contested",
        "test_bridge_faults::test_a_flow_that_writes_our_field_back_is_told_by_doctor_and_outbox",
    ),
    "a merge, an undelete, a restored backup: what is read is where we start": (
        "test_webhooks_writeback_drift::test_after_a_merge_the_value_read_is_where_we_start",
        "test_bridge_publication::test_a_merge_is_not_drift",
        "test_bridge_publication::test_what_the_crm_held_before_is_not_drift",
        "test_bridge_faults::test_what_a_restored_backup_holds_is_where_we_start_and_no_drift",
        "test_rules::test_an_undeleted_record_starts_from_what_it_holds",
    ),
    "a record that is gone drops its desired state": (
        "test_webhooks_writeback_reconcile::test_a_record_that_is_gone_is_dropped",
        "test_bridge_band_notes::test_a_note_for_an_account_that_is_gone_is_dropped",
    ),
    "a record that leaves the scope is blanked, once": (
        "test_webhooks_writeback_settle::test_a_record_that_leaves_is_blanked_once_and_then_nothing_is_wanted",
    ),
    "a flag that is withdrawn clears its fields": (
        "test_rules::test_a_flag_that_is_withdrawn_clears_its_fields_in_the_crm",
    ),
    "sentences and drifting figures wait for a material change": (
        "test_webhooks_writeback_gate::test_thirty_quiet_nights_write_nothing",
        "test_bridge_publication::test_thirty_quiet_nights_write_only_what_moved",
    ),
    "values are compared as the field can hold them": (
        "test_webhooks_writeback_comparison::test_the_crm_could_not_tell_them_apart",
        "test_webhooks_writeback_comparison::test_the_crm_could_tell_them_apart",
    ),
    "tasks and notes carry a key: after a lost answer they are looked for, and never doubled": (
        "test_webhooks_writeback_machine::test_any_one_thing_at_any_step_of_a_creation_leaves_one_note",
        "test_bridge_band_notes::test_after_a_lost_answer_the_note_is_looked_for_and_never_doubled",
        "test_bridge_keyed_sandboxes::test_notes_wait_for_a_place_for_their_keys_and_then_come_once",
    ),
    "a whole refusal is halved until the bad record stands alone": (
        "test_adapters_hubspot_writing::test_trap_40_a_bad_value_refuses_the_batch_and_is_isolated",
    ),
    "a refusal is parked with its cause, and stops no other": (
        "test_webhooks_writeback_reconcile::test_a_refused_record_is_reported_kept_and_stops_nobody",
        "test_bridge_band_notes::test_a_note_that_the_crm_refuses_is_parked_with_the_cause_and_retried",
    ),
    "a refusal ends when its cause is gone: value, definition, record, set-up": (
        "test_webhooks_writeback_settle::test_a_refused_patch_rests_until_it_or_the_field_changes_or_a_person_says_so",
        "test_webhooks_writeback_settle::test_a_record_that_somebody_changed_after_a_refusal_is_tried_once_more",
        "test_webhooks_writeback_settle"
        "::test_what_the_set_up_refused_is_tried_again_once_that_was_mended_and_what_people_contest_is_not",
        "test_bridge_keyed_sandboxes::test_notes_wait_for_a_place_for_their_keys_and_then_come_once",
    ),
    "red flags go first": (
        "test_webhooks_writeback_urgency::test_red_flags_go_first_and_sentences_wait",
        "test_bridge_store_ledger"
        "::test_the_most_urgent_are_claimed_first_and_a_call_that_is_made_for_them_has_room_for_others",
        "test_bridge_quota_spent::test_red_flags_go_out_when_scores_wait",
    ),
    "the budget is kept, and the window of events grows as it shrinks": (
        "test_bridge_coalescing::test_it_never_shrinks_as_calls_are_made",
        "test_bridge_coalescing::test_ten_events_a_second_all_day_never_use_up_the_day",
        "test_bridge_quota_spent::test_a_push_stops_and_what_it_wrote_is_not_written_again",
    ),
    "a dry run shows what would change, creations included, and what it costs": (
        "test_webhooks_writeback_reconcile::test_a_plan_shows_every_difference_and_what_it_costs_and_touches_nothing",
        "test_bridge_pushing::test_the_plan_shows_what_a_push_would_do_and_touches_nothing",
        "test_bridge_keyed_sandboxes::test_notes_wait_for_a_place_for_their_keys_and_then_come_once",
    ),
    "two workers, one of them stopped in mid-write": (
        "test_bridge_stalled::test_a_worker_that_stood_still_in_mid_write_doubles_and_loses_nothing",
        "test_rules::test_who_was_held_up_for_longer_than_the_lease_sends_nothing",
    ),
    "what was confirmed is read back in samples": (
        "test_bridge_sampling::test_a_rotating_window_comes_to_every_record",
        "test_bridge_sampling::test_what_differs_is_counted_and_repaired_like_other_drift",
    ),
    "a change of band is a note, where it is asked for": (
        "test_bridge_band_notes::test_a_change_of_band_is_one_note_with_both_scores_and_the_reasons",
        "test_bridge_band_notes::test_nothing_is_noted_unless_it_is_asked_for",
        "test_bridge_band_notes::test_bands_of_missed_days_are_history_and_no_notes",
    ),
    "what csbridge creates is nobody's touch": (
        "test_bridge_keyed_sandboxes::test_notes_wait_for_a_place_for_their_keys_and_then_come_once",
    ),
}
"""Rule → the tests that hold it."""


@pytest.mark.parametrize("rule", RULES)
def test_the_tests_of_a_rule_are_there(rule: str) -> None:
    assert RULES[rule]
    for name in RULES[rule]:
        module, _, test = name.partition("::")
        source = (HERE / f"{module}.py").read_text("utf-8")
        assert re.search(rf"^def {re.escape(test)}\(", source, re.MULTILINE), f"there is no {name}"


def test_a_flag_that_is_withdrawn_clears_its_fields_in_the_crm(world: World) -> None:
    world.account("1")
    world.crm.put("ticket", "t", account="1", status="open", escalated=True, opened_at=world.clock.now())
    world.run()
    assert "escalated_ticket" in tuple(world.crm.own["1"]["risk_flags"] or ())
    assert world.crm.own["1"]["top_risk"] is not None
    world.tick(hours=1)
    world.crm.put("ticket", "t", status="closed", escalated=False, closed_at=world.clock.now())
    world.run()
    held = world.crm.own["1"]
    assert "escalated_ticket" not in tuple(held["risk_flags"] or ())
    if not held["risk_flags"]:
        assert (held["top_risk"], held["risk_since"]) == (None, None)


def test_an_undeleted_record_starts_from_what_it_holds(world: World) -> None:
    world.account("1")
    world.run()
    world.tick(hours=1)
    world.crm.delete("account", "1")
    world.run()
    assert world.entry("1") is None
    world.tick(hours=1)
    world.account("1")
    world.crm.edit_own("1", health_band="green", nps=99)
    assert world.sync().kinds["account"].drifted == 0
    world.score()
    world.push()
    entry = world.entry("1")
    assert entry is not None
    assert entry.repairs == 0
    assert world.crm.own["1"]["health_band"] == world.decision("1").band
    assert world.crm.own["1"]["nps"] is None


@dataclass
class Held(FakeLedger):
    """The process stands still between recording what it sends and sending it."""

    clock: Clock = field(default_factory=Clock)

    def update(self, refs: Sequence[Ref], change: Callable[[Entry], Entry | None]) -> list[Entry]:
        entries = super().update(refs, change)
        if any(entry.sent is not None and entry.lease for entry in entries):
            self.clock.tick((LEASE + timedelta(seconds=1)).total_seconds())
        return entries


@dataclass
class Silent(FakeCrm):
    def write(self, patches: Sequence[Patch]) -> list[Outcome]:
        raise AssertionError("a lease that is over sends nothing")


def test_who_was_held_up_for_longer_than_the_lease_sends_nothing() -> None:
    clock = Clock()
    crm, ledger = Silent(clock), Held(clock=clock)
    crm.add("1")
    ledger.put([wanting("1", nps=7)])
    summary = push(crm, ledger, ALL, policy="repair", now=clock, new_token=lambda: "t")
    assert summary.written == 0
    assert ledger.entries[ref("1")].sent is None, "nothing was sent, and nothing has to be found out"
