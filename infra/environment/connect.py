"""From what a person chose on the command line to the environment that commands work on.

The environment chooses nothing: a shell set up for other work must not send a deployment, or a deletion, to an account.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from infra.aws import Cloud
from infra.build.layers import ARCHITECTURES, Target, this_machine
from infra.build.packaging import PackagingError
from infra.core.errors import CloudError
from infra.core.state import Account
from infra.environment.environment import Environment
from infra.local import daemon

if TYPE_CHECKING:
    from collections.abc import Callable

    from infra.core.state import CloudChoice

AWS_PYTHON = "3.12"
"""The Python of functions on AWS, whatever this machine has."""
ENDPOINT_VARIABLE = "AWS_ENDPOINT_URL"


def connect(choice: CloudChoice, tell: Callable[[str], None], *, architecture: str = "x86_64") -> Environment:
    """Return the environment in the cloud that was chosen; without a choice the local cloud, which starts if need be.

    ``tell`` hears in one line where commands go, if that is not the local cloud.  Raises LocalCloudError, CloudError,
    PackagingError.
    """
    if architecture not in ARCHITECTURES:
        raise PackagingError(f"architecture {architecture!r}: Lambda has {' and '.join(ARCHITECTURES)}")
    if choice.local:
        if choice.region:
            raise CloudError("--region goes with --profile, --aws or --endpoint: without them commands stay here")
        return Environment(Cloud(Account(daemon.up().endpoint)), this_machine())
    account = Account(choice.endpoint, choice.profile, choice.region, own_credentials=choice.aws)
    cloud = Cloud(account)
    if not account.endpoint and (endpoint := cloud.configured_endpoint()):
        cloud = Cloud(Account(endpoint, choice.profile, choice.region, own_credentials=True))
    tell(_destination(cloud))
    if cloud.account.endpoint:
        return Environment(cloud, this_machine())
    return Environment(cloud, Target(AWS_PYTHON, architecture, native=False))


def _destination(cloud: Cloud) -> str:
    """Return where the commands of ``cloud`` go: the account, the region and any endpoint that is not AWS's own."""
    account = cloud.account
    credentials = f"profile {account.profile}" if account.profile else "the SDK's own credentials"
    if account.isolated:
        return f"this goes to {account.endpoint}"
    if account.endpoint:
        return f"this goes to {account.endpoint}, region {cloud.region}, with {credentials}"
    try:
        number = f"account {cloud.call('sts', 'get_caller_identity')['Account']}"
    except CloudError:
        number = "an account that does not tell its number"  # what is wrong, the command itself will say
    others = [
        f"{name}={value}" for name, value in sorted(os.environ.items()) if name.startswith(f"{ENDPOINT_VARIABLE}_")
    ]
    return ", ".join([f"this goes to AWS: {number}", f"region {cloud.region}", credentials, *others])
