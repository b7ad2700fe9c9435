"""What coaches say of a record, asked of the cloud."""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.net.remote import RemoteError, get_json
from games.schema import AnyJson, InvalidError, List, Object, Text

if TYPE_CHECKING:
    from games.core import Json

MOST = 16
_ANSWER = Object({"annotations": List(AnyJson(values=1_000_000), MOST)}, {"match_id": Text(200)}, extra=True)


def fetch_annotations(api: str, match_id: str) -> list[Json]:
    """Return the annotations of a record that the cloud has; none where it has none (yet).  Raises RemoteError."""
    url = f"{api.rstrip('/')}/records/{match_id}/annotations"
    try:
        return list(_ANSWER.parse(get_json(url), "")["annotations"])
    except InvalidError as error:
        raise RemoteError("nonsense", f"{url}: {error}") from error
