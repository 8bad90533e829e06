"""``csbridge connect``: by a browser that comes back, by hand, and for logins that need nobody."""

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import pytest
import requests
from click.testing import CliRunner, Result
from logins import CALLBACK, browse, calls
from sandbox_salesforce import world

from adapters.sandbox.serve import Sandbox, running
from bridge.cli.main import main
from bridge.setup.redirects import RedirectListener, port_of
from config.errors import ConfigError

KEY = "a passphrase that is long enough"

SETTINGS = """\
connections:
  - name: sf
    crm: salesforce
    login_url: {url}
    auth: {auth}
{more}
"""
AUTH = "{flow: authorization_code, client_id: sandbox-integration, client_secret: sandbox-integration-secret%s}"


@pytest.fixture
def box() -> Iterator[Sandbox]:
    with running("salesforce", world=world(), options={"rotate_refresh_tokens": True}) as one:
        yield one


class Shop:
    """A workspace beside a sandbox."""

    def __init__(self, folder: Path, box: Sandbox, auth: str = AUTH % "", more: str = f"secret_key: {KEY}") -> None:
        self.file = folder / "csbridge.yml"
        self.box = box
        self.settle(auth, more)

    def settle(self, auth: str = AUTH % "", more: str = f"secret_key: {KEY}", url: str = "") -> None:
        self.file.write_text(SETTINGS.format(url=url or self.box.url, auth=auth, more=more), "utf-8")

    def run(self, *words: str) -> Result:
        return CliRunner().invoke(main, ["-c", str(self.file), *words])

    def data(self, *words: str, code: int = 0) -> Any:
        ended = self.run(*words, "--json")
        assert ended.exit_code == code, ended.output
        return json.loads(ended.stdout)

    def org(self, box: Sandbox) -> dict[str, Any]:
        return {"connection": "sf", "org_id": box.announcement["org_id"], "user": box.announcement["username"]}


@pytest.fixture
def shop(tmp_path: Path, box: Sandbox) -> Shop:
    return Shop(tmp_path, box)


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


@contextmanager
def person(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Opens, in a browser of their own, every address that the terminal shows; what the browser then showed."""
    shown: list[str] = []
    threads: list[threading.Thread] = []
    echo = click.echo

    def browsed(address: str) -> None:
        shown.append(requests.get(address, timeout=10).text)

    def told(message: Any = None, *args: Any, **more: Any) -> None:
        echo(message, *args, **more)
        for word in str(message).split():
            if "/services/oauth2/authorize?" in word and more.get("err"):
                threads.append(threading.Thread(target=browsed, args=(word,)))
                threads[-1].start()

    monkeypatch.setattr(click, "echo", told)
    yield shown
    for thread in threads:
        thread.join(10)


def test_a_browser_that_comes_back_logs_in(shop: Shop, box: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    with person(monkeypatch) as shown:
        assert shop.data("connect", "sf", "--port", str(free_port()), "--wait", "20") == shop.org(box)
    assert ["You may close this page" in page for page in shown] == [True]
    for _ in range(2):
        assert shop.data("sync")["failures"] == {}, "later processes refresh, although tokens rotate"
    assert "sandbox-integration-secret" not in (shop.file.parent / "csbridge.db").read_bytes().decode("latin-1")


def test_an_address_may_be_brought_by_hand(shop: Shop, box: Sandbox) -> None:
    asked = shop.data("connect", "sf", "--wait", "0")
    assert asked["redirect_uri"] == CALLBACK
    assert "code_challenge_method=S256" in asked["url"]
    back = browse(asked["url"])
    assert back.startswith(f"{CALLBACK}?code=")
    ended = shop.run("connect", "sf", "--code", back)
    assert ended.exit_code == 0, ended.output
    assert ended.stdout == f"sf: the login works: org {shop.org(box)['org_id']}, as {shop.org(box)['user']}\n"
    assert "begin with `csbridge connect sf`" in shop.data("connect", "sf", "--code", back, code=3)["error"]["message"]


def test_a_login_whose_key_is_lost_is_made_anew(shop: Shop, box: Sandbox) -> None:
    shop.data("connect", "sf", "--code", browse(shop.data("connect", "sf", "--wait", "0")["url"]))
    shop.settle(more="secret_key: another passphrase that is long")
    refused = shop.run("sync")
    assert refused.exit_code == 2
    assert "a new `csbridge connect`" in refused.output
    back = browse(shop.data("connect", "sf", "--wait", "0")["url"])
    assert shop.data("connect", "sf", "--code", back) == shop.org(box)
    assert shop.data("sync")["failures"] == {}


def test_an_answer_to_another_request_is_refused(shop: Shop) -> None:
    back = browse(shop.data("connect", "sf", "--wait", "0")["url"])
    shop.data("connect", "sf", "--wait", "0")
    error = shop.data("connect", "sf", "--code", back, code=3)["error"]
    assert "does not answer the request that was made last" in error["message"]


def test_a_person_who_says_no(shop: Shop) -> None:
    url = shop.data("connect", "sf", "--wait", "0")["url"]
    state = url.split("state=")[1].split("&")[0]
    denied = f"{CALLBACK}?error=access_denied&error_description=end-user+denied+authorization&state={state}"
    error = shop.data("connect", "sf", "--code", denied, code=3)["error"]
    assert "end-user denied authorization" in error["message"]


def test_nobody_comes(shop: Shop) -> None:
    error = shop.data("connect", "sf", "--port", str(free_port()), "--wait", "0.1", code=3)["error"]
    assert "--code" in error["message"]


def test_a_callback_on_another_machine_is_not_waited_for(shop: Shop) -> None:
    shop.settle(AUTH % ", redirect_uri: https://cs.example.com/oauth/sf")
    ended = shop.run("connect", "sf")
    assert ended.exit_code == 0
    assert "redirect_uri=https%3A%2F%2Fcs.example.com%2Foauth%2Fsf" in ended.stdout
    assert "csbridge connect sf --code" in ended.stdout


def test_before_consent_other_verbs_say_what_to_do(shop: Shop) -> None:
    assert "run `csbridge connect sf`" in shop.data("sync", code=3)["failures"]["sf"]["message"]


def test_without_a_key_nothing_is_begun(shop: Shop) -> None:
    shop.settle(more="")
    error = shop.data("connect", "sf", "--wait", "0", code=2)["error"]
    assert "Fernet.generate_key" in error["message"]


def test_another_org_does_not_take_the_place_of_the_first(shop: Shop, tmp_path: Path) -> None:
    shop.data("connect", "sf", "--code", browse(shop.data("connect", "sf", "--wait", "0")["url"]))
    with running("hubspot", world=world(1)) as other:
        shop.file.write_text(
            f"connections:\n  - {{name: sf, crm: hubspot, base_url: '{other.url}', auth: {{flow: oauth, "
            f"client_id: sandbox-client-id, client_secret: sandbox-client-secret}}}}\nsecret_key: {KEY}\n"
        )
        back = browse(shop.data("connect", "sf", "--wait", "0")["url"])
        assert "belongs to org" in shop.data("connect", "sf", "--code", back, code=2)["error"]["message"]
    shop.settle()
    assert shop.data("sync")["failures"] == {}, "the first login is still there"


@pytest.mark.parametrize("words", [[], ["--code", "http://localhost/?code=x"]])
def test_a_login_that_needs_nobody(shop: Shop, box: Sandbox, words: list[str]) -> None:
    app = "client_id: sandbox-integration, client_secret: sandbox-integration-secret"
    shop.settle(f"{{flow: client_credentials, {app}}}", more="")
    if words:
        assert "without a person" in shop.data("connect", "sf", *words, code=2)["error"]["message"]
    else:
        assert shop.data("connect", "sf") == shop.org(box)


@pytest.mark.slow
def test_four_processes_at_once_never_use_up_one_refresh_token(shop: Shop, box: Sandbox, store_url: str) -> None:
    shop.settle(more=f"secret_key: {KEY}\nstore: '{store_url}'")
    shop.data("connect", "sf", "--code", browse(shop.data("connect", "sf", "--wait", "0")["url"]))
    command = [sys.executable, "-m", "bridge.cli", "-c", str(shop.file), "sync", "--json"]
    running_at_once = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) for _ in range(4)
    ]
    ended = [(process.communicate(timeout=100)[0], process.returncode) for process in running_at_once]
    assert [code for _, code in ended] == [0] * 4, ended
    assert calls(box, "/services/oauth2/token") == 5


def test_an_unknown_connection(shop: Shop) -> None:
    assert shop.data("connect", "nope", code=2)["error"]["problems"][0]["expected"] == "one of sf"


def test_the_listener_answers_only_what_it_waits_for() -> None:
    with RedirectListener(0, lambda path: path == "/callback?code=1") as listener:
        address = f"http://127.0.0.1:{listener.server_address[1]}"
        silent = socket.create_connection(("127.0.0.1", int(listener.server_address[1])))  # as browsers do in advance
        assert requests.get(f"{address}/favicon.ico", timeout=5).status_code == 404
        assert listener.wait(0.01) == ""
        assert requests.get(f"{address}/callback?code=1", timeout=5).status_code == 200
        assert listener.wait(5) == "/callback?code=1"
        with pytest.raises(ConfigError, match="--port"):
            RedirectListener(int(listener.server_address[1]), lambda path: True)
        silent.close()


@pytest.mark.parametrize(
    ("address", "port"),
    [
        ("http://localhost:8765/x", 8765),
        ("http://127.0.0.1/x", 80),
        ("http://[::1]:9/x", 9),
        ("https://cs.example.com/x", None),
        ("https://localhost.example.com/x", None),
    ],
)
def test_where_a_browser_reaches_this_machine(address: str, port: int | None) -> None:
    assert port_of(address) == port


@pytest.mark.parametrize("words", [["hubspot", "--option", "nonsense=1"], ["salesforce", "--certificate", "FILE"]])
def test_a_switch_that_a_sandbox_cannot_use_is_misuse(tmp_path: Path, words: list[str]) -> None:
    (tmp_path / "no.pem").write_text("no certificate")
    given = [str(tmp_path / "no.pem") if word == "FILE" else word for word in words]
    ended = CliRunner().invoke(main, ["sandbox", *given, "--port", "0", "--accounts", "1", "--json"])
    assert ended.exit_code == 2, ended.output
