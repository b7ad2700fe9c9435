"""Which cloud the calls of this package talk to: this machine's, unless a profile is named."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from infra.core.state import CloudChoice

if TYPE_CHECKING:
    from infra.environment.environment import Environment

HERE = CloudChoice()


def environment_in(choice: CloudChoice | None) -> Environment:
    """Return what is deployed in the cloud that was chosen; without a choice the local one, which starts."""
    from infra.environment.connect import connect  # noqa: PLC0415 - it brings boto3

    return connect(choice or HERE, lambda line: print(line, file=sys.stderr))
