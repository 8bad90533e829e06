"""A process that spends: calls until it is told to stop, and prints how often it could. For test_bridge_spending.py.

python spender.py STORE_URL CONNECTION URGENCY
"""

import sys
from datetime import UTC, datetime

from adapters.errors import QuotaSpent
from bridge.spending import Meter
from bridge.store.engine import open_store
from config.connections import QuotaSettings

if __name__ == "__main__":
    store = open_store(sys.argv[1])
    meter = Meter(store, sys.argv[2], QuotaSettings(), lambda: datetime(2026, 3, 2, 9, 30, tzinfo=UTC))
    made = 0
    try:
        while True:
            meter.take("page", sys.argv[3])  # type: ignore[arg-type]
            made += 1
    except QuotaSpent:
        meter.settle()
        store.close()
        print(made)
