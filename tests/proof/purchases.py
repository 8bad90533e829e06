"""BG/NBD and gamma-gamma on real purchases: `python tests/proof/purchases.py cdnow_master.csv.gz`.

Fits the purchases up to 1997-09-30 and compares what is expected of each customer in the next 39 weeks with what they
did. Prints the parameters beside those published for a sample of one in ten (Fader, Hardie & Lee 2005;
Fader & Hardie 2013).
"""

import sys
from datetime import date

import pandas as pd

from scoring.metrics import purchases
from scoring.proof.ranking import auc

CUT, WEEKS = date(1997, 9, 30), 39
PUBLISHED = "r 0.243, alpha 4.414, a 0.793, b 2.426; p 6.25, q 3.74, gamma 15.44"


def main(file: str) -> None:
    bought = pd.read_csv(file, dtype={"customer_id": str}).rename(columns={"customer_id": "customer", "date": "day"})
    seen = purchases.summary(bought, CUT)
    buying, spending = purchases.fit_buying(seen), purchases.fit_spending(seen)
    expected = pd.Series(purchases.expected_purchases(buying, seen, WEEKS), index=seen.index)
    day = pd.to_datetime(bought["day"])
    later = bought[day.gt(pd.Timestamp(CUT)) & day.le(pd.Timestamp(CUT) + pd.Timedelta(weeks=WEEKS))]
    actual = later.groupby("customer")["day"].nunique().reindex(seen.index).fillna(0.0)
    print(f"{len(seen):,} customers, {int(seen['x'].sum()):,} repeat purchase days up to {CUT}")
    print(f"r {buying.r:.3f}, alpha {buying.alpha:.3f}, a {buying.a:.3f}, b {buying.b:.3f}; "
          f"p {spending.p:.2f}, q {spending.q:.2f}, gamma {spending.gamma:.2f}")  # fmt: skip
    print(f"published for one in ten: {PUBLISHED}")
    print(f"purchase days in the next {WEEKS} weeks: expected {expected.sum():,.0f}, actual {actual.sum():,.0f}")
    print(f"AUC of expected purchases for buying again: {auc(expected.to_numpy(), actual.gt(0).to_numpy(float)):.3f}")


if __name__ == "__main__":
    main(sys.argv[1])
