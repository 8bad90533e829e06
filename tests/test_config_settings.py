from datetime import time, timedelta
from pathlib import Path

import pytest
from config_files import CONNECTIONS, problems_of, settings_of

from config.flags import FLAG_DAYS


def test_only_connections_is_required(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, CONNECTIONS)
    assert (settings.timezone, settings.scope, settings.scorecards) == ("UTC", "all", ["health"])
    assert settings.public_url is None
    assert settings.schedule.reconcile == time(2, 30)
    assert settings.connection("sf").api_version == "60.0"
    assert settings.connection("hs").base_url == "https://api.hubapi.com"


def test_connections_are_required(tmp_path: Path) -> None:
    for text in ("timezone: UTC\n", "connections:\n", "connections: []\n"):
        assert list(problems_of(tmp_path, text)) == ["connections"]


def test_the_shipped_flags_are_on_when_none_are_named(tmp_path: Path) -> None:
    days = {name: flag.days for name, flag in settings_of(tmp_path, CONNECTIONS).flags.items()}
    assert days == FLAG_DAYS


def test_a_flag_named_with_nothing_takes_the_shipped_days_and_others_are_off(tmp_path: Path) -> None:
    text = CONNECTIONS + "flags:\n  silent: {}\n  detractor:\n  renewal_near: {days: 30}\n"
    days = {name: flag.days for name, flag in settings_of(tmp_path, text).flags.items()}
    assert days == {"silent": 21, "detractor": 90, "renewal_near": 30}


def test_a_block_that_is_all_comments_is_as_good_as_left_out(tmp_path: Path) -> None:
    text = CONNECTIONS + "flags:\n  # silent: {days: 5}\nusage:\nwrite:\nschedule:\n"
    assert settings_of(tmp_path, text) == settings_of(tmp_path, CONNECTIONS)


@pytest.mark.parametrize(("written", "seconds"), [("90s", 90), ("5m", 300), ("2h", 7200), ("14d", 1209600), ("45", 45)])
def test_durations(tmp_path: Path, written: str, seconds: int) -> None:
    settings = settings_of(tmp_path, CONNECTIONS + f"schedule: {{overlap: {written}}}\n")
    assert settings.schedule.overlap == timedelta(seconds=seconds)


@pytest.mark.parametrize("written", ["5 minutes", "-5", "true", "1.5h", "9999999999d", "[]"])
def test_what_is_no_duration(tmp_path: Path, written: str) -> None:
    problem = problems_of(tmp_path, CONNECTIONS + f"schedule: {{overlap: {written}}}\n")["schedule.overlap"]
    assert "5m" in problem.what


def test_polling_without_a_pause_is_refused(tmp_path: Path) -> None:
    assert "schedule.poll" in problems_of(tmp_path, CONNECTIONS + "schedule: {poll: 0s}\n")


@pytest.mark.parametrize("written", ['"02:30"', "02:30", '"02:30:00"'])
def test_the_time_of_the_reconcile(tmp_path: Path, written: str) -> None:
    assert settings_of(tmp_path, CONNECTIONS + f"schedule: {{reconcile: {written}}}\n").schedule.reconcile == time(
        2, 30
    )


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9101", "http://localhost:8080/base", "http://[::1]:1", "https://acme.my.salesforce.com"]
)
def test_addresses(tmp_path: Path, url: str) -> None:
    text = CONNECTIONS.replace("https://acme.my.salesforce.com", f"{url}/")
    assert settings_of(tmp_path, text).connection("sf").login_url == url


@pytest.mark.parametrize(
    "url",
    ["http://acme.com", "acme.com", "ftp://acme.com", "https://", "https://user:hush@acme.com", "5", "'https://[x'"],
)
def test_addresses_that_are_refused(tmp_path: Path, url: str) -> None:
    problems = problems_of(tmp_path, CONNECTIONS.replace("https://acme.my.salesforce.com", url))
    assert list(problems) == ["connections[0].login_url"]
    assert "hush" not in str(problems)


@pytest.mark.parametrize("written", ["60.0", '"60.0"', "60", "v60.0"])
def test_api_versions(tmp_path: Path, written: str) -> None:
    text = CONNECTIONS.replace("crm: salesforce", f"crm: salesforce\n    api_version: {written}")
    assert settings_of(tmp_path, text).connection("sf").api_version == "60.0"


def test_one_secret_or_a_list_while_rotating(tmp_path: Path) -> None:
    for written, secrets in [("one", ["one"]), ("[new, old]", ["new", "old"])]:
        text = CONNECTIONS.replace("crm: hubspot", f"crm: hubspot\n    webhook_secret: {written}")
        got = settings_of(tmp_path, text).connection("hs").webhook_secret
        assert [secret.get_secret_value() for secret in got] == secrets


def test_an_empty_secret_is_none(tmp_path: Path) -> None:
    assert "connections[1].auth.token" in problems_of(tmp_path, CONNECTIONS.replace("${HS_TOKEN}", ""))


@pytest.mark.parametrize("url", ["mysql://u:hush@h/x", "postgresql://u:hush@h/x", "csbridge.db", ""])
def test_stores_that_are_refused(tmp_path: Path, url: str) -> None:
    problem = problems_of(tmp_path, CONNECTIONS + f"store: '{url}'\n")["store"]
    assert "postgresql+psycopg" in problem.what
    assert "hush" not in str(problem)


def test_the_scope_must_parse(tmp_path: Path) -> None:
    assert settings_of(tmp_path, CONNECTIONS + "scope: status = customer\n").scope == "status = customer"
    assert "scope" in problems_of(tmp_path, CONNECTIONS + "scope: status is customer\n")


def test_vendor_words_that_yaml_reads_as_numbers_or_truth_are_text(tmp_path: Path) -> None:
    text = CONNECTIONS.replace(
        "crm: hubspot",
        "crm: hubspot\n    map: {ticket: {values: {status: {1: open, 2.5: closed}, escalated: {Y: true, false: no}}}}",
    )
    values = settings_of(tmp_path, text).connection("hs").map["ticket"].values
    assert values == {"status": {"1": "open", "2.5": "closed"}, "escalated": {"Y": "true", "false": "no"}}


@pytest.mark.parametrize("fields", ["all", "core", "[health_score, nps]"])
def test_choices_of_fields(tmp_path: Path, fields: str) -> None:
    assert settings_of(tmp_path, CONNECTIONS + f"write: {{fields: {fields}}}\n").write.fields


@pytest.mark.parametrize("fields", ["some", "5", "[5]", "{a: 1}"])
def test_no_choices_of_fields(tmp_path: Path, fields: str) -> None:
    assert list(problems_of(tmp_path, CONNECTIONS + f"write: {{fields: {fields}}}\n")) == ["write.fields"]


def test_the_language_is_one_that_there_is(tmp_path: Path) -> None:
    assert settings_of(tmp_path, CONNECTIONS).language == "en"
    assert settings_of(tmp_path, CONNECTIONS + "language: fa\n").language == "fa"
    problem = problems_of(tmp_path, CONNECTIONS + "language: persian\n")["language"]
    assert "there is no language persian; one of en, fa is needed" in problem.what
