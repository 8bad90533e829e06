"""JSON as HubSpot sends it, read fast; and read at all where a text was cut in the middle of a character.

Knows no answer and no event: bytes in, a JSON value out.
"""

import json
from typing import Any

import orjson


def read(body: bytes) -> Any:
    """The value of a body. Raises ValueError for what is not JSON.

    A text that was cut inside an emoji holds half of a surrogate pair: orjson refuses the whole body for it, and a
    pull would never get past that page. The standard library hands it on; ``values.text`` mends it.
    """
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        try:
            return json.loads(body)
        except RecursionError as error:
            raise ValueError("the JSON is nested too deep") from error
