"""From what a person chose (endpoint, profile, region) to the arcade that commands work on."""

from __future__ import annotations

import os

from infra.arcade import Arcade
from infra.aws import Cloud
from infra.layers import ARCHITECTURES, Target, this_machine
from infra.local import daemon
from infra.packaging import PackagingError
from infra.state import Account

AWS_PYTHON = "3.12"
"""The Python of functions on AWS, whatever this machine has."""


def connect(
    endpoint: str | None = None,
    profile: str | None = None,
    region: str | None = None,
    *,
    architecture: str = "x86_64",
) -> Arcade:
    """Return the arcade of the cloud that was chosen; without a choice the local cloud, which starts if need be.

    AWS is chosen by a profile, or by credentials and a region in the SDK's own variables.  Raises LocalCloudError,
    CloudError.
    """
    if architecture not in ARCHITECTURES:
        raise PackagingError(f"architecture {architecture!r}: Lambda has {' and '.join(ARCHITECTURES)}")
    if endpoint:
        return Arcade(Cloud(Account(endpoint, profile, region)), this_machine())
    if profile or (region and os.environ.get("AWS_ACCESS_KEY_ID")):
        target = Target(AWS_PYTHON, architecture, native=False)
        return Arcade(Cloud(Account(None, profile, region)), target)
    return Arcade(Cloud(Account(daemon.up().endpoint)), this_machine())
