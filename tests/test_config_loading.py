from contextlib import suppress
from pathlib import Path

import pytest
from config_files import CONNECTIONS, ENVIRON, problems_of, settings_of
from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from config.checks import cross_checks
from config.document import Document
from config.errors import ConfigError
from config.loading import load, substituted
from config.settings import Settings
from config.shipped import shipped
from config.validation import validate


def test_secrets_come_from_the_environment_and_are_in_no_repr(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, CONNECTIONS + "store: postgresql+psycopg://user:hush@db/x\n")
    assert settings.connection("hs").auth.token.get_secret_value() == ENVIRON["HS_TOKEN"]
    assert ENVIRON["HS_TOKEN"] not in repr(settings)
    assert "hush" not in repr(settings)


def test_a_missing_and_an_empty_variable_are_problems_with_their_line(tmp_path: Path) -> None:
    environ = {**ENVIRON, "SF_CLIENT_SECRET": " \n"}
    del environ["HS_TOKEN"]
    problems = problems_of(tmp_path, CONNECTIONS, environ)
    assert list(problems) == ["connections[0].auth.client_secret", "connections[1].auth.token"]
    empty, missing = problems.values()
    assert (empty.line, empty.what) == (5, "the environment variable SF_CLIENT_SECRET is empty")
    assert (missing.line, missing.what) == (8, "the environment variable HS_TOKEN is not set")


def test_variables_are_filled_in_anywhere_in_a_text_and_space_around_them_is_dropped(tmp_path: Path) -> None:
    text = CONNECTIONS + "timezone: ${AREA}/${CITY}\nwrite: {min_change: '${LEAST}'}\n"
    settings = settings_of(tmp_path, text, {**ENVIRON, "AREA": "Europe", "CITY": "Berlin\n", "LEAST": "2.5"})
    assert settings.timezone == "Europe/Berlin"
    assert settings.write.min_change == 2.5


@pytest.mark.parametrize(
    ("written", "filled"), [("$${A}", "${A}"), ("$$", "$$"), ("$A", "$A"), ("a$${b}${A}", "a${b}x"), ("${A}${A}", "xx")]
)
def test_substitution(written: str, filled: str) -> None:
    document, found = substituted(Document("f", {"k": [written]}, {"k": [written]}), {"A": "x"})
    assert (document.data, found) == ({"k": [filled]}, [])


@pytest.mark.parametrize("written", ["${}", "${A B}", "${A", "${A:-x}"])
def test_a_reference_that_names_no_variable(written: str) -> None:
    _, (problem,) = substituted(Document("f", {"k": written}, {"k": written}), {"A": "x"})
    assert problem.where == "k"
    assert "does not name" in problem.what


def test_a_missing_file_names_init(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="csbridge init"):
        load(tmp_path / "csbridge.yml", {})


def test_all_problems_at_once_in_the_order_of_the_lines(tmp_path: Path) -> None:
    text = """\
timezne: UTC
connections:
  - name: sf
    crm: salesforce
    login_url: http://acme.com
    auth: {flow: client_credentials, client_id: "${NOPE}", client_secret: [hush], tokn: hush}
  - name: sf
    crm: hubspt
    auth: {flow: private_app, token: hush}
identity: {prefer: [sx]}
flags: {silnt: {days: 3}}
write: {drift: fix, batch: 0, dry_run: maybe}
"""
    problems = problems_of(tmp_path, text)
    assert [(problem.where, problem.line) for problem in problems.values()] == [
        ("timezne", 1),
        ("connections[0].login_url", 5),
        ("connections[0].auth.client_id", 6),
        ("connections[0].auth.client_secret", 6),
        ("connections[0].auth.tokn", 6),
        ("connections[1].name", 7),
        ("connections[1].crm", 8),
        ("identity.prefer[0]", 10),
        ("flags.silnt", 11),
        ("write.dry_run", 12),
        ("write.batch", 12),
        ("write.drift", 12),
    ]
    assert all(problem.file == str(tmp_path / "csbridge.yml") for problem in problems.values())
    assert "did you mean timezone?" in problems["timezne"].what
    assert "did you mean silent?" in problems["flags.silnt"].what
    assert problems["write.drift"].expected == "repair or accept"
    assert problems["write.dry_run"].example == "dry_run: false"
    assert "hush" not in "".join(map(str, problems.values()))


def test_an_unknown_crm_lists_the_known_ones(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, "connections: [{name: a, crm: sugar}]\n").values()
    assert (problem.where, problem.expected) == (
        "connections[0].crm",
        "one of salesforce, hubspot, csv, a CRM that an installed package serves, "
        "delighted, typeform, surveymonkey, form, stripe, standard_webhooks",
    )
    assert "sugar" in problem.what


def test_a_missing_crm_says_which_key(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path, "connections: [{name: a}]\n").values()
    assert (problem.where, problem.what) == ("connections[0].crm", "this key is missing")


def test_a_secret_taken_for_a_word_is_not_quoted(tmp_path: Path) -> None:
    text = CONNECTIONS + 'write: {drift: "${HS_TOKEN}"}\n'
    problems = problems_of(tmp_path, text)
    assert "write.drift" in problems
    assert ENVIRON["HS_TOKEN"] not in str(problems["write.drift"])


def test_examples_fit_the_crm(tmp_path: Path) -> None:
    problems = problems_of(tmp_path, "connections: [{name: a, crm: hubspot, auth: {flow: private_app}}]\n")
    assert problems["connections[0].auth.token"].example == "token: '${HS_TOKEN}'"


def test_unknown_keys_list_those_of_that_crm_only(tmp_path: Path) -> None:
    text = CONNECTIONS.replace("auth: {flow: private_app,", "login_url: https://x.y\n    auth: {flow: private_app,")
    expected = problems_of(tmp_path, text)["connections[1].login_url"].expected
    assert "base_url" in expected
    assert "login_url" not in expected


def test_paths_are_taken_from_the_folder_of_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_of(tmp_path, CONNECTIONS + "usage: [{file: data/usage.csv}, {file: /abs/usage.csv}]\n")
    assert settings.store == f"sqlite:///{tmp_path}/csbridge.db"
    assert [source.file for source in settings.usage] == ["data/usage.csv", "/abs/usage.csv"], "as written"
    monkeypatch.chdir(tmp_path)
    assert load(Path("csbridge.yml"), ENVIRON) == settings


@pytest.mark.parametrize(
    "url",
    ["sqlite://", "sqlite:///:memory:", "sqlite:////abs/x.db", "postgresql+psycopg://user@db.example.com/csbridge"],
)
def test_stores_that_are_left_as_they_are(tmp_path: Path, url: str) -> None:
    assert settings_of(tmp_path, CONNECTIONS + f"store: '{url}'\n").store == url


def test_arguments_of_a_store_stay(tmp_path: Path) -> None:
    store = settings_of(tmp_path, CONNECTIONS + "store: sqlite:///a.db?timeout=5\n").store
    assert store == f"sqlite:///{tmp_path}/a.db?timeout=5"


REFERENCE = shipped("csbridge.yml").data
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5) | st.integers(), inner, max_size=3),
    max_leaves=6,
)
KEYS = st.sampled_from([*Settings.model_fields, "nonsense"])
CONNECTION_KEYS = st.sampled_from(["name", "crm", "auth", "map", "quota", "webhook_secret", "login_url", "api_version"])
CONNECTION = st.dictionaries(CONNECTION_KEYS, PLAIN | st.sampled_from(["salesforce", "hubspot"]), max_size=4)


@hypothesis(deadline=None)
@given(st.dictionaries(KEYS, PLAIN, max_size=4), st.lists(CONNECTION, max_size=2))
def test_any_data_is_settings_or_a_config_error(
    tmp_path_factory: object, data: dict[str, object], connections: object
) -> None:
    whole = {**data, "connections": connections}
    with suppress(ConfigError):
        assert isinstance(validate(Settings, Document("f", whole, whole), reference=REFERENCE), Settings)


@hypothesis(deadline=None)
@given(st.dictionaries(KEYS, PLAIN, max_size=4), st.lists(CONNECTION | PLAIN, max_size=2) | PLAIN)
def test_cross_checks_take_any_data(data: dict[str, object], connections: object) -> None:
    whole = {**data, "connections": connections}
    assert all(problem.what and problem.where for problem in cross_checks(Document("f", whole, whole)))
