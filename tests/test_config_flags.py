"""Thresholds of flags: each flag takes its own, a wrong one is told with what would be right."""

from pathlib import Path

import pytest
from config_files import CONNECTIONS, problems_of, settings_of

from config.flags import FLAGS, FlagSettings, settled

LINE = CONNECTIONS.count("\n") + 1


def test_what_is_not_given_is_as_shipped(tmp_path: Path) -> None:
    flags = settings_of(
        tmp_path, CONNECTIONS + "flags: {csat_falling: {percent: 10}, usage_falling: null, silent: {}}\n"
    ).flags
    assert flags == {
        "csat_falling": FlagSettings(percent=10),
        "usage_falling": FlagSettings(percent=40),
        "silent": FlagSettings(days=21),
    }


def test_noisy_flags_are_off_until_they_are_named(tmp_path: Path) -> None:
    flags = settings_of(tmp_path, CONNECTIONS).flags
    assert set(FLAGS) - set(flags) == {"single_threaded", "no_executive_touch", "review_overdue", "data_stale"}
    assert list(settings_of(tmp_path, CONNECTIONS + "flags: {data_stale: {}}\n").flags) == ["data_stale"]


@pytest.mark.parametrize("name", FLAGS)
def test_every_flag_takes_each_of_its_thresholds(tmp_path: Path, name: str) -> None:
    for key in FLAGS[name].takes:
        flags = settings_of(tmp_path, CONNECTIONS + f"flags: {{{name}: {{{key}: 7}}}}\n").flags
        assert flags[name] == settled(name, FlagSettings.model_validate({key: 7}))


@pytest.mark.parametrize(
    ("written", "where", "what", "expected"),
    [
        ("silent: {percent: 40}", "flags.silent.percent", "silent knows no such threshold", "days"),
        ("usage_falling: {days: 9}", "flags.usage_falling.days", "usage_falling knows no such threshold", "percent"),
        ("silent: {dayz: 9}", "flags.silent.dayz", "(did you mean days?)", "days"),
        ("csat_falling: {pecent: 9}", "flags.csat_falling.pecent", "(did you mean percent?)", "percent"),
        ("usage_falling: {percent: 140}", "flags.usage_falling.percent", "never be more than 100", "less"),
        ("ticket_pileup: {count: 0}", "flags.ticket_pileup.count", "cannot be used", "greater than or equal to 1"),
        ("silent: {days: soon}", "flags.silent.days", "cannot be used", "a whole number"),
        ("usage_faling: {}", "flags.usage_faling", "(did you mean usage_falling?)", "usage_falling"),
    ],
)
def test_mistakes_are_told_once_with_line_and_remedy(
    tmp_path: Path, written: str, where: str, what: str, expected: str
) -> None:
    problems = problems_of(tmp_path, CONNECTIONS + f"flags: {{{written}}}\n")
    assert list(problems) == [where]
    assert problems[where].line == LINE
    assert what in problems[where].what
    assert expected in problems[where].expected


def test_a_bare_number_means_days() -> None:
    assert settled("silent", 5) == FlagSettings(days=5)
    assert settled("ticket_pileup", None) == FlagSettings(percent=200, count=4)
