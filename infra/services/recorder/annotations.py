"""``GET /records/{id}/annotations``: what the opponents' functions said of a record, as far as they have by now."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from games.record_fields import MATCH_ID

if TYPE_CHECKING:
    from games.core import Json

MOST = 8
"""Annotations in an answer."""
MAX_BYTES = 900_000
"""Of all of them together: the game reads answers of up to a megabyte."""


def find_annotations(client: Any, bucket: str, match_id: str) -> list[Json]:
    """Return the annotations of a record, none where there are none (yet).  Raises InvalidError for an odd id."""
    MATCH_ID.parse(match_id, "id")
    listed = client.list_objects_v2(Bucket=bucket, Prefix=f"annotations/{match_id}/", MaxKeys=MOST)
    found: list[Json] = []
    room = MAX_BYTES
    for item in listed.get("Contents", []):
        if item["Size"] <= room:
            room -= item["Size"]
            found.append(json.loads(client.get_object(Bucket=bucket, Key=item["Key"])["Body"].read()))
    return found
