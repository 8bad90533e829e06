"""Salesforce's metadata XML: one element per key, in the order given; lists repeat their element."""

from collections.abc import Mapping
from typing import Any, Final
from xml.etree import ElementTree as ET  # writes only

NAMESPACE: Final = "http://soap.sforce.com/2006/04/metadata"

Part = tuple[str, Mapping[str, Any]]
"""A metadata type, and its elements."""


def document(kind: str, content: Mapping[str, Any]) -> str:
    """A whole file, as Salesforce's own tools lay it out."""
    root = ET.Element(kind, {"xmlns": NAMESPACE})
    _fill(root, content)
    ET.indent(root, "    ")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _fill(element: ET.Element, content: Mapping[str, Any]) -> None:
    for name, value in content.items():
        for one in value if isinstance(value, list) else [value]:
            child = ET.SubElement(element, name)
            if isinstance(one, Mapping):
                _fill(child, one)
            else:
                child.text = str(one).lower() if isinstance(one, bool) else str(one)
