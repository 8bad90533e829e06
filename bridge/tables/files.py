"""Somebody's export as data frames, in pieces: CSV in any usual dialect, Parquet, Excel; and results written likewise.

Everything in a CSV or Excel file is read as text, so that an id keeps its zeros. Must not know what a column means.
"""

import bz2
import csv
import gzip
import importlib
import lzma
import os
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Final

import pandas as pd

from config.errors import ConfigError, Problem
from scoring.proof.columns import names

ROWS: Final = 50_000
"""Rows of a piece."""
_SAMPLE: Final = 1 << 16
_SEPARATORS: Final = ",;\t|"
_TOLD: Final = re.compile(r"sep=(.)\r?\n")
"""The line before the header by which spreadsheets tell each other the separator."""


def read_table(path: Path) -> pd.DataFrame:
    """The whole table. ConfigError where it cannot be read, or holds no row."""
    return pd.concat(list(read_pieces(path)), ignore_index=True)


def read_pieces(path: Path, rows: int = ROWS) -> Iterator[pd.DataFrame]:
    """The table piece by piece, holding one at a time (of Excel the whole). Rows are numbered on from 0."""
    if not path.is_file():
        raise _unfit(path, "there is no such file")
    reading = {".parquet": _parquet, ".pq": _parquet, ".xlsx": _excel}.get(path.suffix.lower(), _csv)
    seen = 0
    try:
        for piece in reading(path, rows):
            if len(piece):
                yield piece.set_axis(pd.RangeIndex(seen, seen + len(piece))).set_axis(names(piece), axis=1)
                seen += len(piece)
    except (OSError, EOFError, ValueError, zipfile.BadZipFile, lzma.LZMAError) as exc:
        raise _unfit(path, f"cannot be read: {' '.join(str(exc).split())[:300]}") from exc
    if not seen:
        raise _unfit(path, "holds no rows")


def write_pieces(pieces: Iterable[pd.DataFrame], out: Path) -> None:
    """CSV, or Parquet by its suffix. Appears at once, when it is whole; ConfigError where it cannot be written."""
    part = out.with_name(out.name + ".part")
    writing = _write_parquet if out.suffix.lower() in (".parquet", ".pq") else _write_csv
    try:
        writing(pieces, part)
        os.replace(part, out)
    except OSError as exc:
        raise ConfigError([Problem("--out", f"{out} cannot be written: {exc.strerror}")]) from exc
    finally:
        part.unlink(missing_ok=True)


def _unfit(path: Path, what: str, expected: str = "") -> ConfigError:
    return ConfigError([Problem("--table", f"{path}: {what}", expected=expected)])


def _pyarrow() -> tuple[ModuleType, ModuleType]:
    try:
        return importlib.import_module("pyarrow"), importlib.import_module("pyarrow.parquet")
    except ImportError as exc:
        what = "Parquet needs pyarrow, which is not installed"
        mend = "pip install 'csbridge[usage]'"
        raise ConfigError([Problem("--table", what, expected="the extra usage", example=mend)]) from exc


def _csv(path: Path, rows: int) -> Iterator[pd.DataFrame]:
    sample = _head(path)
    encoding = "utf-8-sig" if _is_utf8(sample) else "utf-16" if sample[:2] in (b"\xff\xfe", b"\xfe\xff") else "cp1252"
    text = sample.decode(encoding, errors="ignore")
    told = _TOLD.match(text)
    given = pd.read_csv(
        path, sep=told[1] if told else _separator(text), encoding=encoding, dtype=str, keep_default_na=False,
        na_values=[""], chunksize=rows, skipinitialspace=True, compression="infer", skiprows=1 if told else 0,
    )  # fmt: skip
    with given as reader:
        yield from reader


def _head(path: Path) -> bytes:
    """The first bytes, unpacked."""
    suffix = path.suffix.lower()
    if suffix == ".gz":
        with gzip.open(path) as opened:
            return opened.read(_SAMPLE)
    if suffix == ".bz2":
        with bz2.open(path) as opened:
            return opened.read(_SAMPLE)
    if suffix == ".xz":
        with lzma.open(path) as opened:
            return opened.read(_SAMPLE)
    if suffix == ".zip":
        with zipfile.ZipFile(path) as packed, packed.open(packed.namelist()[0]) as opened:
            return opened.read(_SAMPLE)
    with path.open("rb") as opened:
        return opened.read(_SAMPLE)


def _is_utf8(sample: bytes) -> bool:
    try:
        sample.decode("utf-8")
    except UnicodeDecodeError as exc:
        return exc.start > len(sample) - 4 and len(sample) == _SAMPLE  # a character cut at the sample's end
    return True


def _separator(text: str) -> str:
    """The one that cuts the first lines into the most parts, each into as many as the header."""
    lines = [line for line in text.splitlines()[:20] if line.strip()][:10]

    def parts(separator: str) -> int:
        widths: Sequence[int] = [len(row) for row in csv.reader(lines, delimiter=separator)]
        return widths[0] if widths and min(widths[:-1] or widths) >= widths[0] - 1 else 1

    return max(_SEPARATORS, key=parts)


def _parquet(path: Path, rows: int) -> Iterator[pd.DataFrame]:
    _, parquet = _pyarrow()
    with parquet.ParquetFile(path) as opened:
        for batch in opened.iter_batches(batch_size=rows):
            yield batch.to_pandas()


def _excel(path: Path, rows: int) -> Iterator[pd.DataFrame]:
    yield pd.read_excel(path, dtype=str, keep_default_na=False, na_values=[""])


def _write_csv(pieces: Iterable[pd.DataFrame], part: Path) -> None:
    with part.open("w", encoding="utf-8", newline="") as opened:
        for position, piece in enumerate(pieces):
            piece.to_csv(opened, index=False, header=position == 0)


def _write_parquet(pieces: Iterable[pd.DataFrame], part: Path) -> None:
    pyarrow, parquet = _pyarrow()
    writer = None
    try:
        for piece in pieces:
            given = pyarrow.Table.from_pandas(piece, schema=writer.schema if writer else None, preserve_index=False)
            writer = writer or parquet.ParquetWriter(part, given.schema)
            writer.write_table(given)
    finally:
        if writer:
            writer.close()
