from pathlib import Path
from typing import Any

import pytest
from config_files import problems_of, settings_of

from config.logins import CALLBACK

SALESFORCE = "connections:\n  - {name: sf, crm: salesforce, login_url: https://acme.my.salesforce.com, auth: %s}\n"
HUBSPOT = "connections:\n  - {name: hs, crm: hubspot, auth: %s}\n"
JWT = "{flow: jwt_bearer, client_id: key, username: u@example.com, private_key_file: %s}"


def login(folder: Path, text: str) -> Any:
    return settings_of(folder, text).connections[0].auth


def test_a_login_by_a_person_needs_only_the_app(tmp_path: Path) -> None:
    auth = login(tmp_path, SALESFORCE % "{flow: authorization_code, client_id: key}")
    assert (auth.client_secret, auth.redirect_uri, auth.scopes) == (None, CALLBACK, [])
    auth = login(tmp_path, HUBSPOT % "{flow: oauth, client_id: id, client_secret: hush}")
    assert (auth.refresh_token, auth.redirect_uri) == (None, CALLBACK)


@pytest.mark.parametrize("written", ["server.key", "/etc/csbridge/server.key"])
def test_a_key_file_lies_beside_the_settings(tmp_path: Path, written: str) -> None:
    assert login(tmp_path, SALESFORCE % (JWT % written)).private_key_file == str(tmp_path / written)


@pytest.mark.parametrize("key", ["", "private_key: a, private_key_file: b, "])
def test_a_jwt_needs_exactly_one_key(tmp_path: Path, key: str) -> None:
    problems = problems_of(tmp_path, SALESFORCE % f"{{flow: jwt_bearer, {key}client_id: c, username: u}}")
    assert "exactly one of private_key and private_key_file" in problems["connections[0].auth"].what


def test_a_misspelt_flow_is_guessed(tmp_path: Path) -> None:
    problem = problems_of(tmp_path, SALESFORCE % "{flow: client_credential, client_id: a}")["connections[0].auth.flow"]
    assert "did you mean client_credentials?" in problem.what
    assert "username_password" in problem.expected


def test_keys_of_another_flow_are_unknown(tmp_path: Path) -> None:
    problems = problems_of(tmp_path, HUBSPOT % "{flow: private_app, token: hush-hush, client_id: x}")
    assert problems["connections[0].auth.client_id"].expected == "one of flow, token"
    assert "hush" not in str(problems)


@pytest.mark.parametrize(
    ("rest", "key"),
    [("client_id: [a], refresh_token: b", "client_id"), ("client_id: a, refresh_token: b, more: c", "more"),
     ("client_id: a, refresh_token: [b]", "refresh_token"), ("client_id: a", "refresh_token")],
)  # fmt: skip
def test_a_flow_that_is_called_as_one_of_its_keys_hides_no_other(tmp_path: Path, rest: str, key: str) -> None:
    problems = problems_of(tmp_path, SALESFORCE % f"{{flow: refresh_token, {rest}}}")
    assert list(problems) == [f"connections[0].auth.{key}"]


@pytest.mark.parametrize(
    "address", ["http://localhost:1717/", "https://cs.example.com/oauth/sf", "http://127.0.0.1:1/x"]
)
def test_a_callback_is_kept_to_the_letter(tmp_path: Path, address: str) -> None:
    text = SALESFORCE % f"{{flow: authorization_code, client_id: key, redirect_uri: '{address}'}}"
    assert login(tmp_path, text).redirect_uri == address


def test_a_callback_that_anybody_could_read_is_refused(tmp_path: Path) -> None:
    text = SALESFORCE % "{flow: authorization_code, client_id: key, redirect_uri: 'http://cs.example.com/x'}"
    assert "connections[0].auth.redirect_uri" in problems_of(tmp_path, text)


def test_secrets_do_not_show(tmp_path: Path) -> None:
    text = SALESFORCE % (
        "{flow: username_password, client_id: a, client_secret: hush1, username: u, password: hush2, "
        "security_token: hush3}"
    )
    assert "hush" not in repr(settings_of(tmp_path, text))


@pytest.mark.parametrize("host", ["login", "test"])
def test_client_credentials_need_my_domain(tmp_path: Path, host: str) -> None:
    text = SALESFORCE.replace("acme.my", host) % "{flow: client_credentials, client_id: a, client_secret: b}"
    assert "My Domain" in str(problems_of(tmp_path, text).values())
    assert login(tmp_path, SALESFORCE.replace("acme.my", host) % "{flow: authorization_code, client_id: key}")


def test_the_host_of_the_pages_is_not_the_host_of_the_api(tmp_path: Path) -> None:
    text = SALESFORCE.replace("acme.my.salesforce", "acme.lightning.force") % "{flow: authorization_code, client_id: k}"
    assert "https://acme.my.salesforce.com" in problems_of(tmp_path, text)["connections[0].login_url"].what
