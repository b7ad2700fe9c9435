"""Publishes a retrained model: the opponent's own stack, with another artifact and nothing else changed."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from infra.core.errors import CloudError
from infra.core.state import Pointer
from infra.deploy.plan import next_slots
from infra.deploy.smoke_test import smoke_test

if TYPE_CHECKING:
    from collections.abc import Mapping

    from infra.aws import Cloud
    from infra.build.packaging import Package
    from infra.core.names import Names
    from infra.core.state import Stack


def serving(cloud: Cloud, names: Names, name: str) -> tuple[Stack, Pointer]:
    """Return the opponent's stack and where ``live`` points.

    Raises CloudError unless its newest version alone serves: a canary or a rollback is somebody's decision under way.
    """
    stack, pointer = cloud.stack(names.opponent(name)), cloud.pointer(names.function(name))
    if stack is None or pointer is None:
        raise CloudError(f"{name} is not deployed")
    newest = stack.outputs.get("NewVersion")
    if pointer.canary or pointer.version != newest:
        canary = f" and {pointer.canary}" if pointer.canary else ""
        raise CloudError(
            f"{name}: live points at {pointer.version}{canary}, the newest version is {newest}; promote or deploy first"
        )
    return stack, pointer


def publish(
    cloud: Cloud, names: Names, package: Package, model: Mapping[str, object], key: str, *, patience_s: float
) -> str:
    """Publish ``package`` (stored under ``key``) as a new version that serves at once; return the version.

    ``model`` is its card.  Raises CloudError; what served before then serves on.
    """
    name = package.name
    stack, pointer = serving(cloud, names, name)
    release = stack.outputs["Release"]
    listing = {**json.loads(stack.parameters["Listing"]), "sha256": model["sha256"], "rating": model.get("rating")}
    parameters = {
        **stack.parameters,
        "ArtifactKey": key,
        "ArtifactSha256": package.sha256_base64,
        "Listing": json.dumps(listing, separators=(",", ":")),
        "Release": hashlib.sha256(f"{release} {package.sha256}".encode()).hexdigest()[:12],
        "BaseRelease": stack.parameters.get("BaseRelease") or release,
        **next_slots(stack.parameters, pointer.version, {pointer.version}),
        "StableVersion": "",
        "CanaryWeight": "0",
    }
    change_set = cloud.prepare(stack.name, cloud.template(stack.name), parameters)
    version = cloud.execute(change_set, patience_s=patience_s).outputs["NewVersion"]
    function = names.function(name)
    try:
        smoke_test(cloud, function, version)
    except CloudError as error:
        cloud.point(function, Pointer(pointer.version))
        raise CloudError(f"version {pointer.version} serves on: {error}") from error
    return version
