from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.document import Document, dotted, parse_yaml, read_yaml
from config.errors import ConfigError, Problem


def only_problem(text: str) -> Problem:
    with pytest.raises(ConfigError) as caught:
        parse_yaml(text, "f.yml")
    (problem,) = caught.value.problems
    return problem


def test_every_key_and_list_item_has_its_line() -> None:
    document = parse_yaml("a: 1\nb:\n  - c: 2\n  - d: {e: 3,\n        f: 4}\n", "f.yml")
    assert document.data == {"a": 1, "b": [{"c": 2}, {"d": {"e": 3, "f": 4}}]}
    assert [document.line(path) for path in [("a",), ("b", 0), ("b", 1, "d", "e"), ("b", 1, "d", "f")]] == [1, 3, 4, 5]


def test_a_key_that_is_not_there_has_the_line_of_what_is_around_it() -> None:
    document = parse_yaml("a:\n  b: 1\n", "f.yml")
    assert document.line(("a", "c", "d")) == 1
    assert document.line(("z",)) is None


def test_words_stay_words_and_times_stay_text() -> None:
    assert parse_yaml("a: yes\nb: 02:30\nc: 007x\n", "f").data == {"a": "yes", "b": "02:30", "c": "007x"}


def test_anchors_and_merged_keys_are_plain_data() -> None:
    assert parse_yaml("a: &x {b: 1}\nc: {<<: *x, d: 2}\n", "f").data["c"] == {"b": 1, "d": 2}


def test_every_key_that_stands_twice_is_reported_without_its_value() -> None:
    with pytest.raises(ConfigError) as caught:
        parse_yaml("a: hush\nb:\n  c: hush\n  c: hush\na: hush\n", "f.yml")
    assert [(problem.where, problem.line) for problem in caught.value.problems] == [("b.c", 4), ("a", 5)]
    assert "line 3" in str(caught.value)
    assert "hush" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: [1\nb: 2\n", 2),
        ("a: *hushhush\n", 1),
        ("a: !hushhush b\n", 1),
        ("a: 1\n---\nb: 2\n", 2),
        ("a: 1\n\tb: hushhush\n", 2),
        ("a: 'hushhush\n", 2),
        ("a: \x00\n", None),
    ],
)
def test_what_is_not_yaml_names_its_line_and_quotes_nothing(text: str, line: int | None) -> None:
    problem = only_problem(text)
    assert problem.line == line
    assert "not valid YAML" in problem.what
    assert "hush" not in str(problem)


def test_two_spellings_of_one_key_quote_no_value() -> None:
    problem = only_problem("a:\n  1: hush\n  true: hush\n")
    assert (problem.line, problem.what) == (3, "a key stands in a mapping twice")


def test_an_anchor_inside_itself_is_refused() -> None:
    assert only_problem("a: &x\n  - *x\n").what == "refers to itself"


def test_a_date_that_does_not_exist_is_refused() -> None:
    assert "date that does not exist" in only_problem("a: 2026-02-31\n").what


@pytest.mark.parametrize(
    ("text", "what"), [("", "empty"), ("# nothing\n", "empty"), ("- a\n", "mapping"), ("a\n", "mapping")]
)
def test_the_top_level_must_be_a_mapping(text: str, what: str) -> None:
    assert what in only_problem(text).what


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    latin = tmp_path / "latin.yml"
    latin.write_bytes("a: 1\nb: ü\n".encode("latin-1"))
    for path, what, line in [
        (tmp_path / "none.yml", "no such file", None),
        (tmp_path, "cannot be read", None),
        (latin, "not UTF-8", 2),
    ]:
        with pytest.raises(ConfigError) as caught:
            read_yaml(path, mend="run init")
        (problem,) = caught.value.problems
        assert what in problem.what
        assert (problem.file, problem.line) == (str(path), line)


def test_a_byte_order_mark_is_no_part_of_the_first_key(tmp_path: Path) -> None:
    (tmp_path / "f.yml").write_bytes(b"\xef\xbb\xbfa: 1\n")
    assert read_yaml(tmp_path / "f.yml").data == {"a": 1}


def test_a_path_is_written_as_people_do() -> None:
    assert dotted(("connections", 0, "auth", "token")) == "connections[0].auth.token"
    assert dotted(()) == ""


@settings(deadline=None)
@given(st.text(alphabet="ab: -[]{}\n&*!'\"#|>?,%@`~0\t", max_size=40))
def test_any_text_is_a_document_or_a_config_error(text: str) -> None:
    with suppress(ConfigError):
        assert isinstance(parse_yaml(text, "f"), Document)
