"""Keys of a scorecard file that belong to the other form, told with what to write instead.

Works on the plain data, so that it speaks before a model refuses the key as unknown.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from config.document import Document, child
from config.errors import Problem

WEIGHTED_ONLY: Final = ("curve", "categories")
ADDITIVE_ONLY: Final = ("value", "cap", "action", "window", "half_life")


def misplaced(document: Document) -> Iterator[Problem]:
    """Keys of an index in a weighted card, and of a weighted card in an index."""
    additive = child(document.data, "form") == "additive"
    if not additive and isinstance(document.data, Mapping) and "range" in document.data:
        what = "range belongs to an index; a weighted mean lies between 0 and 100 by itself"
        yield document.problem(("range",), what, "no range, or form: additive")
    measures = child(document.data, "measures")
    for name, measure in measures.items() if isinstance(measures, Mapping) else ():
        if isinstance(measure, Mapping):
            yield from _measure(document, str(name), measure, additive)


def _measure(document: Document, name: str, measure: Mapping[str, object], additive: bool) -> Iterator[Problem]:
    wrong = WEIGHTED_ONLY if additive else ADDITIVE_ONLY
    for key in (key for key in wrong if key in measure):
        path = ("measures", name, key)
        if additive:
            what = f"{key} belongs to form: weighted; an index multiplies the count by value"
            yield document.problem(path, what, "value instead, or form: weighted", "value: 5")
        elif key == "cap":
            yield document.problem(path, "a measure has no cap; scores end at 100", "a line under caps:")
        else:
            what = f"{key} belongs to form: additive; a weighted measure has a weight and a curve or categories"
            yield document.problem(path, what, "weight and curve instead, or form: additive", "weight: 2")
