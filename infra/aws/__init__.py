"""The only folder that talks to AWS.  The local cloud speaks the same language; only the endpoint differs.

Nothing here decides anything: ``plan`` decides from what these methods report, ``deploy`` calls them in order.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from infra.aws.functions import Functions
from infra.aws.leftovers import Leftovers
from infra.aws.locks import Locks
from infra.aws.objects import Objects
from infra.aws.parameters import Parameters
from infra.aws.stacks import Stacks

if TYPE_CHECKING:
    from infra.core.state import Account


class Cloud(Stacks, Objects, Functions, Parameters, Leftovers, Locks):
    """One account in one region, a file here for each service.  See ``Session``."""


def api_base_url(account: Account, region: str, api_id: str) -> str:
    """Return where the HTTP API is called."""
    if account.endpoint:
        return f"{account.endpoint.rstrip('/')}/_aws/execute-api/{api_id}/$default"
    return f"https://{api_id}.execute-api.{region}.amazonaws.com"


def now() -> str:
    """Return the present moment, UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")
