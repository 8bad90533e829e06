from pathlib import Path

import pytest
from config_files import CONNECTIONS, ENVIRON, problems_of, settings_of

FIT = """\
identity: {link: {sf: Ext_Id__c, hs: ext_id}, prefer: [sf, hs]}
usage: [{file: a.csv, account_key: sf.id}, {file: b.csv, account_key: Customer_No__c}]
own_fields: {health_score: {to: Existing_Score__c}, csat: {to: Csat__c}}
write: {fields: [health_score, health_trend]}
flags: {silent: {}, payment_late: {days: 14}}
workers: celery
broker: redis://localhost:6379/0
"""


def test_names_that_refer_to_something_are_accepted(tmp_path: Path) -> None:
    assert settings_of(tmp_path, CONNECTIONS + FIT).identity.prefer == ["sf", "hs"]


@pytest.mark.parametrize(
    ("text", "where", "hint"),
    [
        ("identity: {prefer: [sf, hsx]}", "identity.prefer[1]", "hs"),
        ("identity: {link: {sfx: Id__c}}", "identity.link.sfx", "sf"),
        ("usage: [{file: a.csv, account_key: sfx.id}]", "usage[0].account_key", "sf"),
        ("own_fields: {health_scor: {to: X__c}}", "own_fields.health_scor", "health_score"),
        ("write: {fields: [health_score, nps_lst]}", "write.fields[1]", "nps_last"),
        ("flags: {renewal_neer: {}}", "flags.renewal_neer", "renewal_near"),
    ],
)
def test_a_name_that_refers_to_nothing(tmp_path: Path, text: str, where: str, hint: str) -> None:
    (problem,) = problems_of(tmp_path, CONNECTIONS + text + "\n").values()
    assert (problem.where, problem.line) == (where, CONNECTIONS.count("\n") + 1)
    assert f"did you mean {hint}?" in problem.what
    assert hint in problem.expected


def test_two_connections_of_one_name(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, CONNECTIONS.replace("name: hs", "name: sf")).values()
    assert (problem.where, problem.line) == ("connections[1].name", 6)


@pytest.mark.parametrize(
    ("sources", "where"),
    [
        ("{segment: {write_key: a}}, {segment: {write_key: b}}", "usage[1].segment"),
        ("{segment: {write_key: a, name: app}}, {segment: {write_key: b, name: app}}", "usage[1].segment.name"),
        ("{segment: {write_key: a, name: segment}}, {segment: {write_key: b}}", "usage[1].segment"),
        ("{segment: {write_key: a, name: sf}}", "usage[0].segment.name"),
        ("{file: app}, {segment: {write_key: a, name: app}}", "usage[1].segment.name"),
        ("{segment: {write_key: a}}, {segment: {write_key: a, name: app}}", "usage[1].segment.write_key"),
        ("{segment: {write_key: [a, b]}}, {segment: {write_key: [c, b], name: app}}", "usage[1].segment.write_key"),
    ],
)
def test_sources_of_events_that_could_not_be_told_apart(tmp_path: Path, sources: str, where: str) -> None:
    (problem,) = problems_of(tmp_path, CONNECTIONS + f"usage: [{sources}]\n").values()
    assert problem.where == where
    assert "has the same" in problem.what


def test_several_sources_of_events(tmp_path: Path) -> None:
    text = "usage: [{segment: {write_key: a}}, {segment: {write_key: [b, c], name: app}}, {file: a.csv}]\n"
    assert [source.name for source in settings_of(tmp_path, CONNECTIONS + text).usage] == ["segment", "app", "a.csv"]


def test_a_source_of_events_needs_a_write_key(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, CONNECTIONS + "usage: [{segment: {write_key: []}}]\n").values()
    assert problem.where == "usage[0].segment.write_key"


def test_celery_needs_a_broker(tmp_path: Path) -> None:
    assert list(problems_of(tmp_path, CONNECTIONS + "workers: celery\n")) == ["workers"]


def test_a_vendor_value_translated_into_no_word_of_ours(tmp_path: Path) -> None:
    text = CONNECTIONS.replace("crm: hubspot", "crm: hubspot\n    map: {account: {values: {status: {won: custmer}}}}")
    problem = problems_of(tmp_path, text)["connections[1].map.account.values.status.won"]
    assert "did you mean customer?" in problem.what


def test_a_kind_without_a_shipped_map_needs_an_object(tmp_path: Path) -> None:
    text = CONNECTIONS.replace("crm: salesforce", "crm: salesforce\n    map: {invoice: {fields: {due_on: Due__c}}}")
    problem = problems_of(tmp_path, text)["connections[0].map.invoice.object"]
    assert problem.line == 4
    named = text.replace("invoice: {", "invoice: {object: Invoice__c, ")
    assert settings_of(tmp_path, named).connection("sf").map["invoice"].object == "Invoice__c"


def test_a_name_whose_variable_is_missing_is_reported_once(tmp_path: Path) -> None:
    environ = {name: value for name, value in ENVIRON.items() if name != "SF_HOOK"}
    (problem,) = problems_of(tmp_path, CONNECTIONS + 'identity: {prefer: ["${SF_HOOK}"]}\n', environ).values()
    assert "SF_HOOK" in problem.what


@pytest.mark.parametrize(
    ("constants", "hint"),
    [
        ("response: {object: A__c, constants: {survey: npss}}", "did you mean nps?"),
        ("response: {object: A__c, constants: {score: 9}}", "cannot be a constant"),
        ("account: {constants: {status: client}}", "no such word"),
    ],
)
def test_a_constant_is_a_word_of_ours_or_the_currency(tmp_path: Path, constants: str, hint: str) -> None:
    (problem,) = problems_of(tmp_path, with_map(constants)).values()
    assert hint in problem.what
    assert "constants" in problem.where


def test_constants_that_fit_are_accepted(tmp_path: Path) -> None:
    given = "response: {object: A__c, constants: {survey: nps}}, invoice: {object: B__c, constants: {currency: EUR}}"
    settings = settings_of(tmp_path, with_map(given))
    assert settings.connection("sf").map["response"].constants == {"survey": "nps"}


def with_map(given: str) -> str:
    return CONNECTIONS.replace("    crm: salesforce\n", f"    crm: salesforce\n    map: {{{given}}}\n", 1)
