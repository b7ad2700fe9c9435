"""Takes everything away that deployments made, records and ratings too, and looks at what is left."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from infra.core.errors import CloudError
from infra.deploy.platform import PARALLEL
from infra.local import daemon

if TYPE_CHECKING:
    from collections.abc import Sequence

    from infra.core.state import Stack
    from infra.environment.environment import Environment, Progress

TAG = "application"
GONE = "DELETE_COMPLETE"
LOOK_S, QUIET_LOOKS, LATE_LOGS_S = 0.3, 3, 15.0
"""How often logs are looked for, how often in vain, and for how long."""


def ours(environment: Environment) -> list[Stack]:
    """Return the stacks under our names.  Raises CloudError if one of them is somebody else's."""
    names = environment.names
    found = [stack for stack in environment.cloud.stacks(f"{names.prefix}-").values() if stack.status != GONE]
    for stack in found:
        if stack.tags.get(TAG) != names.prefix:
            raise CloudError(
                f"{stack.name} is not ours: it has no tag {TAG}={names.prefix}; nothing was deleted. If it is, tag it"
            )
    return found


def destroy(environment: Environment, stacks: Sequence[Stack], progress: Progress) -> list[str]:
    """Delete ``stacks``, and what stacks leave behind; return what is left, in words.  Raises CloudError."""
    names, cloud = environment.names, environment.cloud
    last = {names.platform}
    bucket = next((stack.outputs.get("BucketName") for stack in stacks if stack.name == names.platform), None)
    layers = [stack.name for stack in stacks if stack.name.startswith(names.layer(""))]
    first = [stack.name for stack in stacks if stack.name not in {*last, *layers}]
    authorizer = names.service("authorizer")
    for group in (
        [name for name in first if name != authorizer],
        [name for name in first if name == authorizer],  # routes ask it as long as they are there
        layers,
        sorted(last & {stack.name for stack in stacks}),
    ):
        _delete(environment, group, progress)
    if bucket and cloud.has_bucket(bucket):
        began = time.monotonic()
        count = cloud.delete_bucket(bucket)
        progress(f"bucket {bucket} emptied of {count} objects and deleted", time.monotonic() - began)
    for table in cloud.tables(names.prefix):
        cloud.delete_table(table)
        progress(f"table {table} deleted", 0.0)
    for layer, version in cloud.layer_versions(names.prefix):
        cloud.delete_layer_version(layer, version)
    _delete_logs(environment)
    if count := cloud.delete_parameters(f"/{names.prefix}"):
        progress(f"{count} parameters deleted, the keys of proofs among them", 0.0)
    cloud.delete_alarms(f"{names.prefix}-")
    return left(environment, bucket)


def _delete(environment: Environment, names: Sequence[str], progress: Progress) -> None:
    def one(name: str) -> None:
        began = time.monotonic()
        environment.cloud.delete_stack(name, patience_s=environment.patience_s)
        progress(f"{name} deleted", time.monotonic() - began)

    with ThreadPoolExecutor(PARALLEL) as pool:
        for job in [pool.submit(one, name) for name in names]:
            job.result()


def _delete_logs(environment: Environment) -> None:
    """Delete the logs, and again those that a call writes which still ran when its function went."""
    quiet = 0
    end = time.monotonic() + LATE_LOGS_S
    while quiet < QUIET_LOOKS and time.monotonic() < end:
        groups = _logs(environment)
        for group in groups:
            environment.cloud.delete_log_group(group)
        quiet = 0 if groups or _calls_running(environment) else quiet + 1
        time.sleep(LOOK_S)


def _calls_running(environment: Environment) -> bool:
    """Return whether the local cloud still works on calls that nobody waits for; where it does not tell, no."""
    endpoint = environment.cloud.account.endpoint
    try:
        return bool(endpoint and daemon.ask(endpoint, "/_arcade/health")["waiting_calls"])
    except (OSError, ValueError, KeyError):
        return False


def _logs(environment: Environment) -> list[str]:
    prefix = environment.names.prefix
    groups = environment.cloud.log_groups(f"/aws/lambda/{prefix}-") + environment.cloud.log_groups(
        f"/aws/apigateway/{prefix}"
    )
    return [group for group in groups if group.startswith("/aws/lambda/") or group == f"/aws/apigateway/{prefix}"]


def left(environment: Environment, bucket: str | None) -> list[str]:
    """Return what there still is under our names, in words."""
    names, cloud = environment.names, environment.cloud
    stacks = [stack.name for stack in cloud.stacks(f"{names.prefix}-").values() if stack.status != GONE]
    return [
        *(f"stack {name}" for name in stacks),
        *(f"function {name}" for name in cloud.functions(names.prefix)),
        *(f"table {name}" for name in cloud.tables(names.prefix)),
        *(f"layer {name}:{version}" for name, version in cloud.layer_versions(names.prefix)),
        *(f"log {name}" for name in _logs(environment)),
        *([f"bucket {bucket}"] if bucket and cloud.has_bucket(bucket) else []),
    ]
