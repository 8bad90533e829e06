"""Tables in whatever dialect: separators, encodings, packing, pieces; and results that appear whole or not at all."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from bridge.tables.files import read_pieces, read_table, write_pieces
from config.errors import ConfigError

ROWS = [["id", "größe", "text"], ["007", "1,5", 'a "b"'], ["008", "", "x;y"]]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_dialects(tmp_path: Path, separator: str, encoding: str) -> None:
    lines = [separator.join('"' + cell.replace('"', '""') + '"' for cell in row) for row in ROWS]
    (tmp_path / "t.csv").write_bytes("\r\n".join(lines).encode(encoding))
    found = read_table(tmp_path / "t.csv")
    assert list(found.columns) == ROWS[0]
    assert found["id"].tolist() == ["007", "008"]
    assert found["text"].tolist() == ['a "b"', "x;y"]
    assert found["größe"].isna().tolist() == [False, True]


def test_the_line_by_which_spreadsheets_tell_the_separator_is_no_header(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(b"sep=;\r\nid;n\r\n007;1,5\r\n")
    assert read_table(tmp_path / "t.csv").to_dict("list") == {"id": ["007"], "n": ["1,5"]}


def test_names_lose_the_blanks_round_them_and_stay_different(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("churn ,id, churn,id\nno,1,yes,2\n")
    assert read_table(tmp_path / "t.csv").to_dict("list") == {
        "churn": ["no"], "id": ["1"], "churn.1": ["yes"], "id.1": ["2"]
    }  # fmt: skip


def test_packed_parquet_and_excel(tmp_path: Path) -> None:
    frame = pd.DataFrame({"id": ["01", "02"], "n": [1.5, 2.5]})
    (tmp_path / "t.csv.gz").write_bytes(gzip.compress(frame.to_csv(index=False).encode()))
    frame.to_parquet(tmp_path / "t.parquet")
    frame.to_excel(tmp_path / "t.xlsx", index=False)
    for name in ("t.csv.gz", "t.parquet", "t.xlsx"):
        found = read_table(tmp_path / name)
        assert found["id"].tolist() == ["01", "02"], name
        assert found["n"].astype(float).tolist() == [1.5, 2.5], name


def test_pieces_are_numbered_on(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a\n" + "\n".join(map(str, range(5))))
    pieces = list(read_pieces(tmp_path / "t.csv", rows=2))
    assert [piece.index.tolist() for piece in pieces] == [[0, 1], [2, 3], [4]]


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("none.csv", None, "no such file"),
        ("empty.csv", b"", "cannot be read"),
        ("head.csv", b"a,b\n", "holds no rows"),
        ("ragged.csv", b"a,b\n1,2\n1,2,3,4\n", "cannot be read"),
        ("broken.parquet", b"nothing of the kind", "cannot be read"),
        ("broken.csv.gz", b"nothing of the kind", "cannot be read"),
        ("broken.xlsx", b"nothing of the kind", "cannot be read"),
    ],
)
def test_what_cannot_be_read_is_a_mistake_with_a_name(
    tmp_path: Path, name: str, content: bytes | None, what: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(ConfigError, match=what):
        read_table(tmp_path / name)


@pytest.mark.parametrize("name", ["out.csv", "out.parquet"])
def test_results_are_written_in_pieces(tmp_path: Path, name: str) -> None:
    pieces = [pd.DataFrame({"id": ["01"], "score": [1.5]}), pd.DataFrame({"id": ["02"], "score": [float("nan")]})]
    write_pieces(iter(pieces), tmp_path / name)
    assert read_table(tmp_path / name)["id"].tolist() == ["01", "02"]
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_result_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    def broken() -> Iterator[pd.DataFrame]:
        yield pd.DataFrame({"a": [1]})
        raise KeyError("half way")

    (tmp_path / "out.csv").write_text("before")
    with pytest.raises(KeyError):
        write_pieces(broken(), tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_text() == "before"
    assert len(list(tmp_path.iterdir())) == 1
