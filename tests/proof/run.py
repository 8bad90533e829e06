"""``make proof``: what the scores are worth on real data, as one Markdown table with 95 % bootstrap intervals.

The data is not part of this repository: it is looked for where CSBRIDGE_PROOF_DATA says, else beside the checkout.
"""

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cdnow
import pandas as pd

from scoring.proof.judging import CARD, Figure, Figures, figures
from scoring.proof.learn import learn
from scoring.proof.model_card import measure_lines
from scoring.proof.regression import one_thread

HERE: Final = Path(__file__).resolve().parents[2]
TELCO: Final = Path("telco-ibm") / "telco_customer_churn.csv.gz"


@dataclass(frozen=True)
class Line:
    data: str
    how: str
    what: str
    auc: Figure
    brier: Figure | None
    aim: str = ""


def data_folder() -> Path:
    given = os.environ.get("CSBRIDGE_PROOF_DATA")
    return Path(given) if given else HERE.parent / "shared" / "data"


def main() -> int:
    folder = data_folder()
    lines: list[Line] = []
    for name, file, measure in (("cdnow", cdnow.FILE, _cdnow), ("telco-ibm", TELCO, _telco)):
        if (folder / file).is_file():
            print(f"measuring {name} …", file=sys.stderr, flush=True)
            with one_thread():
                lines += measure(folder)
        else:
            print(
                f"{name} is not there: {folder / file}; say with CSBRIDGE_PROOF_DATA=FOLDER where the data is",
                file=sys.stderr,
            )
    if not lines:
        return 1
    print(markdown(lines))
    return 0


def markdown(lines: list[Line]) -> str:
    rows = ["| data | judged | what | AUC | Brier | aim |", "|---|---|---|---|---|---|"]
    for line in lines:
        brier = _said(line.brier) if line.brier else "–"
        rows.append(f"| {line.data} | {line.how} | {line.what} | {_said(line.auc)} | {brier} | {line.aim} |")
    return "\n".join(rows)


def _said(figure: Figure) -> str:
    return f"{figure.value:.3f} ({figure.low:.3f}–{figure.high:.3f})"


def _cdnow(folder: Path) -> Iterator[Line]:
    bought = cdnow.purchases(folder)
    cuts = {}
    for cut, until in (("1997-06-30", "1997-12-27"), ("1997-09-30", "1998-06-30"), ("1997-12-31", "1998-06-29")):
        given, names = cdnow.frames(bought, cut)
        cuts[cut] = (given, cdnow.features(given), cdnow.bought_after(bought, names, cut, until))
    for cut, aim in (("1997-09-30", ""), ("1997-12-31", "≥ 0.79")):
        given, _, happened = cuts[cut]
        score, share = cdnow.shipped(given)
        what = f"shipped health card, unfitted ({share:.0%} scored)"
        yield Line("cdnow", f"cut {cut}", what, Figure(*cdnow.interval(score, happened)), None, aim)
    _, rows, happened = cuts["1997-09-30"]
    yield from _figures("cdnow", "cut 1997-09-30, 5 folds", figures(cdnow.learnt_in_folds(rows, happened)))
    _, before, earlier = cuts["1997-06-30"]
    _, rows, happened = cuts["1997-12-31"]
    judged = cdnow.learnt_earlier(before, earlier, rows, happened)
    yield from _figures("cdnow", "taught at 1997-06-30, judged at 1997-12-31", figures(judged), aim="AUC ≥ 0.80")


def _telco(folder: Path) -> Iterator[Line]:
    lesson = learn(pd.read_csv(folder / TELCO, dtype=str), "Churn")
    if lesson.figures is None or lesson.card is None:
        raise AssertionError("nothing was learnt")
    yield from _figures("telco-ibm", "5 stratified folds", lesson.figures, aim="AUC ≥ 0.84, Brier ≤ 0.140")
    print("\n".join(["the card learnt from telco-ibm:", *measure_lines(lesson.card)]), file=sys.stderr)


def _figures(data: str, how: str, found: Figures, aim: str = "") -> Iterator[Line]:
    titles = {CARD: "learn", "recency": "recency alone", "logistic_regression": "logistic regression"}
    for name, title in titles.items():
        yield Line(data, how, title, found.auc[name], found.brier[name], aim if name == CARD else "")


if __name__ == "__main__":
    sys.exit(main())
