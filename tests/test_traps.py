"""The traps that other connectors fell into, by the number they have in our list of CRM API facts: which tests hold
csbridge out of each. The names say what each trap is."""

import re
from pathlib import Path
from typing import Final

import pytest

ALL: Final = range(1, 48)
HERE: Final = Path(__file__).parent

TRAPS: Final[dict[int, tuple[str, ...]]] = {
    1: (
        "test_adapters_salesforce_traps::test_trap_01_rows_that_become_visible_late_are_read",
        "test_adapters_salesforce_traps::test_trap_01_every_transaction_takes_its_time",
    ),
    2: (
        "test_adapters_salesforce_traps::test_trap_02_equal_stamps_at_a_page_boundary",
        "test_adapters_salesforce_traps::test_trap_02_rows_that_change_while_paging_are_neither_lost_nor_doubled",
    ),
    3: ("test_adapters_salesforce_traps::test_trap_03_automated_and_back_dated_changes_count_by_the_system_stamp",),
    4: (
        "test_adapters_salesforce_traps::test_trap_04_a_formula_that_moves_no_stamp_is_read_again_within_a_day",
        "test_adapters_salesforce_traps::test_trap_04_without_a_mapped_formula_nothing_is_read_again",
    ),
    5: (
        "test_adapters_salesforce_traps::test_trap_05_fields_added_hidden_and_removed_while_running",
        "test_adapters_salesforce_drift::test_trap_05_a_field_that_goes_is_read_without_and_named",
    ),
    6: (
        "test_adapters_salesforce_traps::test_trap_06_a_field_hidden_in_mid_pull_costs_that_field_only",
        "test_adapters_salesforce_checking::test_trap_06_a_mapped_field_that_is_absent_or_hidden_is_named_with_what_may_be_meant",
    ),
    7: (
        "test_adapters_salesforce_traps::test_trap_07_what_leaves_the_recycle_bin_unseen_is_told_by_the_log_of_deletions",
        "test_adapters_salesforce_traps::test_trap_07_a_pause_longer_than_the_log_compares_ids",
        "test_adapters_salesforce_traps::test_trap_07_merges_and_their_chains_end_at_the_survivor",
    ),
    8: ("test_adapters_salesforce_traps::test_trap_08_a_restored_record_lives_again",),
    9: (
        "test_adapters_salesforce_traps::test_trap_09_a_map_wider_than_an_address_is_read_whole",
        "test_adapters_salesforce_deletions::test_trap_09_an_edge_that_takes_less_is_asked_in_smaller_parts",
        "test_adapters_faults::test_trap_09_an_address_that_is_too_long_is_a_refusal_even_in_html",
    ),
    10: (
        "test_adapters_salesforce_traps"
        "::test_trap_10_a_record_that_changes_between_the_parts_of_a_wide_query_is_read_by_the_next_pull",
    ),
    11: ("test_adapters_salesforce_bulk_query::test_trap_11_compound_fields_are_not_asked_of_a_job",),
    12: ("test_adapters_salesforce_bulk_query::test_trap_12_bulk_text_is_utf8_with_newlines_quotes_and_nul",),
    13: (
        "test_adapters_salesforce_bulk_query::test_trap_13_a_token_that_expires_within_a_job_is_renewed",
        "test_adapters_salesforce_bulk_writing::test_trap_13_a_token_that_expires_within_a_job_is_renewed",
        "test_adapters_salesforce_client::test_trap_13_a_session_that_ended_may_be_told_with_a_400",
    ),
    14: ("test_adapters_faults::test_trap_14_a_record_that_somebody_holds_is_put_off_alone",),
    15: ("test_adapters_salesforce_bulk_writing::test_trap_15_rows_that_failed_within_a_complete_job_are_told",),
    16: (
        "test_adapters_salesforce_bulk_writing"
        "::test_trap_16_a_cleared_field_is_blank_and_an_absent_one_is_untouched",
    ),
    17: ("test_adapters_salesforce_traps::test_trap_17_our_own_write_back_comes_back_and_is_no_change",),
    18: (
        "test_adapters_budget::test_trap_18_a_spent_day_in_salesforce_trips_the_budget_at_once",
        "test_bridge_draining::test_trap_18_records_named_by_a_flood_of_events_are_read_once",
    ),
    19: ("test_adapters_salesforce_traps::test_trap_19_what_the_org_rounds_is_read_back_as_it_holds_it",),
    20: (
        "test_adapters_salesforce_traps::test_trap_20_a_pick_list_value_without_a_word_of_ours_stays_visible",
        "test_adapters_salesforce_checking::test_trap_20_a_value_that_is_no_option_of_its_pick_list_is_named",
    ),
    21: ("test_adapters_salesforce_traps::test_trap_21_a_first_pull_has_no_window",),
    22: ("test_adapters_salesforce_traps::test_trap_22_the_next_page_is_asked_for_at_the_address_that_was_given",),
    23: (
        "test_adapters_hubspot_search::test_trap_23_more_rows_at_one_stamp_than_the_cap_are_drained_by_id",
        "test_adapters_hubspot_traps::test_trap_23_a_bulk_edit_leaves_every_record_at_one_millisecond",
    ),
    24: (
        "test_adapters_hubspot_search::test_trap_24_rows_that_change_meanwhile_make_none_of_the_others_be_skipped",
        "test_adapters_hubspot_search::test_trap_24_rows_that_come_and_go_at_once_make_none_of_the_others_be_skipped",
    ),
    25: ("test_adapters_hubspot_traps::test_trap_25_what_the_index_shows_late_comes_with_the_late_pass",),
    26: (
        "test_adapters_hubspot_traps::test_trap_26_deletes_merges_and_privacy_deletions_are_seen_without_a_webhook",
        "test_adapters_hubspot_traps"
        "::test_trap_26_a_restored_record_is_there_again_although_its_stamp_does_not_move",
    ),
    27: (
        "test_adapters_hubspot_traps"
        "::test_trap_27_an_association_that_changed_alone_shows_in_the_ids_at_no_further_call",
    ),
    28: ("test_adapters_hubspot_traps::test_trap_28_associations_that_a_list_cuts_at_a_hundred_are_read_to_their_end",),
    29: (
        "test_adapters_hubspot_traps"
        "::test_trap_29_and_31_four_hundred_properties_come_in_one_answer_and_in_no_address",
    ),
    30: ("test_adapters_hubspot_traps::test_trap_30_histories_are_read_fifty_at_a_time_in_canonical_words",),
    31: (
        "test_adapters_hubspot_traps"
        "::test_trap_29_and_31_four_hundred_properties_come_in_one_answer_and_in_no_address",
    ),
    32: (
        "test_adapters_hubspot_oauth::test_trap_32_a_token_is_renewed_before_its_half_hour_ends",
        "test_adapters_hubspot_oauth"
        "::test_trap_32_a_token_that_expires_in_mid_stream_is_renewed_once_and_nothing_is_doubled",
        "test_adapters_tokens::test_trap_32_eight_threads_with_a_stale_token_make_one_refresh",
    ),
    33: ("test_adapters_hubspot_pace::test_trap_33_a_refusal_holds_back_everybody_and_a_searches_only_searches",),
    34: ("test_adapters_hubspot_signature::test_trap_34_what_was_signed_is_the_bytes_and_the_address_as_they_came",),
    35: (
        "test_adapters_hubspot_mapping::test_trap_35_and_36_absent_null_and_blank_are_all_missing_and_none_is_zero",
    ),
    36: (
        "test_adapters_hubspot_mapping::test_trap_35_and_36_absent_null_and_blank_are_all_missing_and_none_is_zero",
    ),
    37: (
        "test_adapters_hubspot_mapping::test_trap_37_an_option_that_was_deleted_remains_on_records",
        "test_adapters_hubspot_schemas::test_trap_37_values_that_are_no_option_any_more_are_named_and_still_translated",
    ),
    38: (
        "test_adapters_hubspot_mapping"
        "::test_trap_38_a_date_is_that_day_everywhere_and_an_instant_has_its_day_in_the_zone",
    ),
    39: ("test_adapters_hubspot_mapping::test_trap_39_ids_are_texts_whether_numbers_came_or_not",),
    40: ("test_adapters_hubspot_writing::test_trap_40_a_bad_value_refuses_the_batch_and_is_isolated",),
    41: ("test_adapters_hubspot_traps::test_trap_41_two_companies_of_one_domain_are_two_accounts",),
    42: ("test_adapters_faults::test_trap_42_eight_threads_with_one_adapter_get_each_its_own_answers",),
    43: ("test_adapters_faults::test_trap_43_a_server_that_hangs_is_left_after_the_time_out",),
    44: (
        "test_bridge_faults"
        "::test_trap_44_a_write_whose_answer_is_lost_is_read_back_and_no_value_is_written_twice",
        "test_adapters_faults::test_trap_44_a_write_is_never_repeated_once_it_may_have_been_applied",
    ),
    45: ("test_adapters_faults::test_trap_45_a_clock_of_ours_that_is_wrong_loses_no_change",),
    46: ("test_bridge_syncing::test_trap_46_a_page_and_its_cursor_are_one_transaction",),
    47: (
        "test_adapters_hubspot_oauth::test_trap_47_no_secret_is_part_of_an_address_or_a_log",
        "test_bridge_logs::test_trap_47_tokens_in_addresses_are_taken_out",
    ),
}  # fmt: skip
"""Trap → the tests that provoke it."""


def test_every_trap_has_its_entry() -> None:
    assert list(TRAPS) == list(ALL)


@pytest.mark.parametrize("trap", TRAPS)
def test_the_tests_of_a_trap_are_there_and_named_for_it(trap: int) -> None:
    assert TRAPS[trap]
    for name in TRAPS[trap]:
        module, _, test = name.partition("::")
        assert re.search(rf"_{trap:02}_", test), name
        source = (HERE / f"{module}.py").read_text("utf-8")
        assert re.search(rf"^def {re.escape(test)}\(", source, re.MULTILINE), f"there is no {name}"
