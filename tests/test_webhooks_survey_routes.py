"""The pages of a survey, asked for as a browser, a mail scanner and a stranger would."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from urllib.parse import quote, urlencode

import orjson
import pytest
from fake_webhooks import MemoryInbox
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from adapters.records import Ref
from config.languages import survey_languages, survey_text
from config.surveys import SurveyPages, SurveySettings
from webhooks.app import create_public_app
from webhooks.survey.answers import SOURCE
from webhooks.survey.pace import MOST, Pace
from webhooks.survey.routes import MOST_BYTES, Desk, survey_routes
from webhooks.survey.texts import words
from webhooks.survey.tokens import KEY_BYTES, Invitation, Tokens

ANNA = Ref("sf", "person", "003xx000004TmiQAAS")
NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)


@dataclass
class Box(MemoryInbox):
    """An inbox, and whatever else the pages ask for."""

    gone: set[Ref] = field(default_factory=set)
    now: datetime = NOW
    woken: int = 0

    def wake(self) -> None:
        self.woken += 1


@dataclass
class Site:
    box: Box
    tokens: Tokens
    client: FlaskClient

    def path(self, survey: str = "nps", person: Ref = ANNA, **query: object) -> str:
        token = self.tokens.token(Invitation(person, survey))  # type: ignore[arg-type]
        return f"/s/{token}" + (f"?{urlencode(query)}" if query else "")

    def vote(self, survey: str = "nps", **said: object) -> TestResponse:
        return self.client.post(self.path(survey), data={name: str(value) for name, value in said.items()})


def site_of(pages: SurveyPages | None = None, **surveys: SurveySettings) -> Site:
    box, tokens = Box(), Tokens([bytes(KEY_BYTES)], ["sf"])
    named = surveys or {name: SurveySettings() for name in ("nps", "csat", "ces")}
    desk = Desk(
        tokens,
        named,  # type: ignore[arg-type]
        pages or SurveyPages(),
        "en",
        lambda ref: ref not in box.gone,
        box,
        lambda: box.now,
        box.wake,
    )
    app = create_public_app({}, box, lambda: box.now, doors=[survey_routes(desk)])
    return Site(box, tokens, app.test_client())


@pytest.fixture
def site() -> Site:
    return site_of()


class Outline(HTMLParser):
    """Elements with their attributes; every element that is opened has to be closed in order."""

    VOID = ("meta", "input")

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(html)
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def checked(html: str) -> list[str | None]:
    return [one["value"] for one in Outline(html).all("input") if "checked" in one]


@pytest.mark.parametrize(("survey", "values"), [("nps", range(11)), ("csat", range(1, 6)), ("ces", range(1, 8))])
def test_a_page_asks_one_question_that_everybody_can_answer(site: Site, survey: str, values: range) -> None:
    answer = site.client.get(site.path(survey))
    assert answer.status_code == 200
    page = Outline(answer.text)
    radios = page.all("input")
    assert [radio["value"] for radio in radios] == [str(value) for value in values]
    assert {radio["type"] for radio in radios} == {"radio"}
    assert all("required" in radio for radio in radios)
    labelled = {label["for"] for label in page.all("label")}
    assert labelled == {*(radio["id"] for radio in radios), "comment"}
    assert page.all("html") == [{"lang": "en", "dir": "ltr"}]
    assert len(page.all("fieldset")) == len(page.all("legend")) == len(page.all("h1")) == len(page.all("button")) == 1
    assert "initial-scale=1" in (page.all("meta")[1]["content"] or "")
    assert checked(answer.text) == []
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(set(ids)) == len(ids)
    described = (page.all("fieldset")[0]["aria-describedby"] or "").split()
    assert described
    assert set(described) <= set(ids)


def test_a_page_runs_and_loads_nothing(site: Site) -> None:
    answer = site.client.get(site.path())
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert "script" not in answer.text
    assert not re.search(r"(src|url\(|@import|https?:)", answer.text)
    assert "style=" not in answer.text
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers


def test_looking_never_votes(site: Site) -> None:
    for method in ("GET", "HEAD"):
        for query in ({}, {"score": "9"}, {"score": "9", "comment": "x"}):
            answer = site.client.open(site.path(**query), method=method, headers={"Sec-Purpose": "prefetch"})
            assert answer.status_code == 200
    for method in ("OPTIONS", "PUT", "DELETE", "PATCH"):
        assert site.client.open(site.path(score=9), method=method).status_code == 405
    assert site.box.rows == []


def test_a_link_for_a_score_chooses_it_and_a_click_sends_it(site: Site) -> None:
    html = site.client.get(site.path(score=9)).text
    assert checked(html) == ["9"]
    assert "You chose" in html
    for score in ("11", "-1", "x", "", "9" * 5000):
        assert checked(site.client.get(site.path(score=score)).text) == []


def test_a_vote_is_kept_before_it_is_thanked_for(site: Site) -> None:
    answer = site.vote(score=9, comment=" Gern!\r\n\x00 ")
    assert answer.status_code == 200
    assert "Thank you" in answer.text
    assert Outline(answer.text).all("div") == [{"role": "status"}]
    ((source, body, refs, at),) = site.box.rows
    assert (source, refs, at) == (SOURCE, (), NOW)
    assert orjson.loads(body) == {
        "connection": "sf", "person": ANNA.id, "survey": "nps", "score": 9, "comment": "Gern!", "at": NOW.isoformat(),
    }  # fmt: skip
    assert site.box.woken == 1


def test_a_vote_that_cannot_be_kept_is_not_thanked_for(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    site.box.broken = OSError("disk full\nINSERT … secret comment")
    answer = site.vote(score=9, comment="secret comment")
    assert (answer.status_code, site.box.woken) == (503, 0)
    assert "Thank you" not in answer.text
    said = caplog.text + repr([vars(record) for record in caplog.records])
    assert "disk full" in said
    assert "secret comment" not in said


def test_a_vote_without_a_number_asks_again_and_keeps_what_was_written(site: Site) -> None:
    for said in ({}, {"score": "11"}, {"score": "x"}, {"score": ""}):
        answer = site.vote(comment="<b>Because & so</b>", **said)
        assert answer.status_code == 422
        assert 'role="alert"' in answer.text
        assert "&lt;b&gt;Because &amp; so&lt;/b&gt;" in answer.text
        Outline(answer.text)
    assert site.box.rows == []


@pytest.mark.parametrize(
    "path",
    ["/s/x", "/s/" + "A" * 46, "/s/" + "A" * 5000, "/s/%00", "/s/%F0%9F%98%80", "/s/..%2f..%2fetc", "/s/%ff%fe"],
)
def test_a_guess_finds_nothing_and_learns_nothing(site: Site, path: str) -> None:
    asked = [site.client.get(path), site.client.post(path, data={"score": "9"}), site.client.get("/s/y")]
    assert {answer.status_code for answer in asked} <= {404}
    assert site.box.rows == []


def test_every_wrong_token_is_answered_alike(site: Site) -> None:
    good = site.path().removeprefix("/s/")
    guesses = [good[:-1], good + "A", good.swapcase(), good[::-1], "A" * len(good), quote(ANNA.id)]
    pages = {site.client.get(f"/s/{guess}").text for guess in guesses}
    assert len(pages) == 1
    assert {site.client.get(f"/s/{guess}").status_code for guess in guesses} == {404}
    other = Tokens([bytes([1]) * KEY_BYTES], ["sf"]).token(Invitation(ANNA, "nps"))
    assert site.client.get(f"/s/{other}").text == pages.pop()


def test_a_survey_that_is_over_says_so_kindly() -> None:
    site = site_of(nps=SurveySettings())
    site.box.gone = {Ref("sf", "person", "gone")}
    for path in (site.path("csat"), site.path("nps", Ref("sf", "person", "gone"))):
        for answer in (site.client.get(path), site.client.post(path, data={"score": "5"})):
            assert answer.status_code == 410
            assert "no longer valid" in answer.text
    assert site.box.rows == []


def test_what_is_no_form_is_refused(site: Site) -> None:
    path = site.path()
    assert site.client.post(path, json={"score": 9}).status_code == 415
    assert site.client.post(path, data=b"score=9", content_type="text/plain").status_code == 415
    assert site.client.post(path, data={"score": "9"}, content_type="multipart/form-data").status_code == 415
    assert site.client.post(path).status_code in (415, 422)
    form = "application/x-www-form-urlencoded"
    assert site.client.post(path, data=b"score=%ff", content_type=form).status_code == 400
    assert site.client.post(path, data=b"\xff\xfe", content_type=form).status_code == 400
    assert site.client.post(path, data=b"a=1&" * 100, content_type=form).status_code == 400
    assert site.client.post(path, data=b"c=" + b"x" * MOST_BYTES, content_type=form).status_code == 413
    assert site.box.rows == []
    assert site.vote(score=9, comment="é" * 2000).status_code == 200, "the longest comment fits"


def test_a_program_that_votes_without_end_is_stopped(site: Site) -> None:
    statuses = [site.vote(score=9).status_code for _ in range(MOST + 5)]
    assert statuses == [200] * MOST + [429] * 5
    assert site.vote("csat", score=3).status_code == 200, "another survey is another matter"
    site.box.now += timedelta(minutes=10)
    assert site.vote(score=9).status_code == 200


def test_a_pace_forgets_who_has_not_come_for_long() -> None:
    pace = Pace(most=1, within=timedelta(minutes=1), remembered=2)
    assert [pace.allows(who, NOW) for who in ("a", "a", "b", "c", "a")] == [True, False, True, True, True]


@pytest.mark.parametrize(
    ("query", "header", "language"),
    [
        ({}, None, "en"),
        ({}, "fa-IR,fa;q=0.9,en;q=0.5", "fa"),
        ({}, "de-DE,de;q=0.9", "en"),
        ({"lang": "fa"}, "en", "fa"),
        ({"lang": "xx"}, "fa", "fa"),
        ({}, "\x00;;q=x", "en"),
    ],
)
def test_the_page_speaks_the_readers_language(
    site: Site, query: dict[str, str], header: str | None, language: str
) -> None:
    headers = {"Accept-Language": header.replace("\x00", "")} if header else {}
    page = Outline(site.client.get(site.path(**query), headers=headers).text)
    assert page.all("html") == [{"lang": language, "dir": "rtl" if language == "fa" else "ltr"}]


def test_the_admin_says_company_language_and_question() -> None:
    site = site_of(SurveyPages(company="Example <Ltd>", language="fa"), nps=SurveySettings(), ces=SurveySettings())
    answer = site.client.get(site.path(), headers={"Accept-Language": "en"})
    assert Outline(answer.text).all("html") == [{"lang": "fa", "dir": "rtl"}]
    assert "Example &lt;Ltd&gt;" in answer.text
    assert 'lang="en"' in site.client.get(site.path(lang="en")).text
    asked = site_of(nps=SurveySettings(question="Would you <buy> again?"))
    assert "Would you &lt;buy&gt; again?" in asked.client.get(asked.path()).text


def test_a_page_in_another_language_keeps_the_choice(site: Site) -> None:
    page = Outline(site.client.get(site.path(score=9)).text)
    (link,) = page.all("a")
    assert link == {"href": "?lang=fa&score=9", "lang": "fa", "hreflang": "fa", "dir": "rtl"}
    html = site.client.get(site.path() + (link["href"] or "")).text
    assert checked(html) == ["9"]
    assert "۱۰" in html


def test_every_language_says_everything() -> None:
    ids = re.findall(r"^([a-z]+) =|^    \.([a-z]+) =", survey_text("en"), re.MULTILINE)
    for language in survey_languages():
        assert re.findall(r"^([a-z]+) =|^    \.([a-z]+) =", survey_text(language), re.MULTILINE) == ids
        said = words(language)
        assert said.number(10).isdecimal()
        assert said.say("nps.company", company="Example").count("Example") == 1
        with pytest.raises(LookupError):
            said.say("nps.company")
        with pytest.raises(LookupError):
            said.say("nobody-says-this")
