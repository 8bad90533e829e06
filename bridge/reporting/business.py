"""The business report as a page: its sections, the pictures put beside them, and what must be read first."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bridge.business.numbers import Numbers
from bridge.reporting.business_tables import headlines, sections
from bridge.reporting.page import Figure, Page


def business_page(numbers: Numbers, pictures: Mapping[str, Sequence[Figure]], language: str = "en") -> Page:
    """The whole report."""
    made = [replace(section, figures=pictures.get(section.id, ())) for section in sections(numbers)]
    return Page(
        title="Customers and revenue",
        subtitle=f"{numbers.start} to {numbers.end}, as of {numbers.until}; amounts in {numbers.currency}",
        sections=made,
        headlines=headlines(numbers),
        notes=list(numbers.notes),
        footer=[
            "Made by csbridge. A number that is not known is shown as unknown, never as zero.",
            "Intervals: Wilson for shares, bootstrap over customers for revenue, Greenwood for Kaplan–Meier curves.",
        ],
        language=language,
    )
