"""One request through the cloud: what the gateway and the function wrote about it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from infra.core.errors import CloudError

if TYPE_CHECKING:
    from infra.environment.environment import Environment

REQUEST_ID = re.compile(r"[0-9A-Za-z=_-]{8,100}")


class Line(NamedTuple):
    """A line of a log."""

    at_ms: int
    source: str
    """``gateway``, or a function without the prefix."""
    text: str


def trace(environment: Environment, request_id: str, since_ms: int) -> list[Line]:
    """Return the lines about a request: the gateway's, then the functions', oldest first.

    Of a function that is no JSON, the lines between START and END of the request are its own.  Raises CloudError for
    what is no request id.
    """
    if not REQUEST_ID.fullmatch(request_id):
        raise CloudError(f"{request_id[:60]!r} is no request id; records show NAME and the HUD tell a move's")
    prefix = environment.names.prefix
    gateway = f"/aws/apigateway/{prefix}"
    found: list[Line] = []
    for group in (gateway, *environment.cloud.log_groups(f"/aws/lambda/{prefix}-")):
        source = "gateway" if group == gateway else group.removeprefix(f"/aws/lambda/{prefix}-")
        try:
            events = environment.cloud.log_events(group, since_ms, f'"{request_id}"')
        except CloudError:
            continue  # no call has come by the gateway yet, or the function has just gone
        found += [Line(at_ms, source, text) for at_ms, _, text in events if request_id in text]
    return sorted(found, key=lambda line: (line.source != "gateway", line.at_ms))
