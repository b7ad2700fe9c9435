"""Trainers in the cloud: a stack for each opponent that is to be retrained there, with a role for it alone."""

from __future__ import annotations

import json
import re
import time
from typing import TYPE_CHECKING

from infra.build.layers import LAYERS, build_layer
from infra.build.packaging import PackagingError, check_unzipped, package_trainer
from infra.core.errors import CloudError
from infra.deploy.execute import carry_out
from infra.deploy.plan import Upload, Wanted, plan_stack
from infra.deploy.platform import deploy_layer, layer_arn
from infra.deploy.services import FOLDER
from infra.environment.environment import Deployed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from infra.core.state import Stack
    from infra.environment.environment import Environment, Progress

LAYER = "training"
IMPORTED_AS = {"scikit-learn": "sklearn", "protobuf": "google"}
"""Packages that are imported by another name than they are installed by."""
BROUGHT = frozenset(IMPORTED_AS.get(package, package) for package in LAYERS[LAYER])
"""What a trainer can import beside the standard library and what Lambda has."""
SETTINGS = ("NewRecords", "Schedule", "MostRecords", "MostGames", "MemoryMb")
"""Parameters that a person chooses; a deployment that does not mention one keeps it."""
NO_SCHEDULE = "none"
_UNITS = {"d": "day", "h": "hour", "m": "minute"}


def deploy_trainer(
    environment: Environment, name: str, progress: Progress, settings: Mapping[str, str] | None = None
) -> Deployed:
    """Bring the trainer of the opponent ``name`` up to date, with ``settings`` (see ``SETTINGS``) changed.

    Raises CloudError for an opponent that is not deployed, PackagingError for one that cannot be trained in a function.
    """
    began = time.monotonic()
    opponent = environment.cloud.stack(environment.names.opponent(name))
    if opponent is None or "RoleArn" not in opponent.outputs:
        raise CloudError(f"{name} is not deployed in its newest form; lambda-arcade deploy {name}")
    game = str(json.loads(opponent.parameters["Listing"])["game"])
    if opponent.parameters.get("LayerArns") in {None, "none"}:
        raise PackagingError(f"{name} has no model that could be trained")
    try:
        package = package_trainer(game, BROUGHT)
    except PackagingError as error:
        raise PackagingError(f"{game} cannot be trained in a function, only by lambda-arcade train: {error}") from error
    layer = build_layer(LAYER, environment.target, environment.cache)
    check_unzipped(package, [(layer.name, layer.unzipped)])
    found = dict(environment.cloud.stacks(environment.names.prefix))
    deploy_layer(environment, LAYER, found, progress)
    stack = found.get(environment.names.trainer(name))
    wanted = Wanted(
        stack=environment.names.trainer(name),
        label=f"trainer of {name}",
        template=(FOLDER / "trainer" / "template.yaml").read_text(encoding="utf-8"),
        parameters={
            "Prefix": environment.names.prefix,
            "OpponentName": name,
            "OpponentStack": opponent.name,
            "Game": game,
            "FunctionRoleArn": opponent.outputs["RoleArn"],
            "ApiRoleArn": opponent.outputs["ApiRoleArn"],
            **{
                key: environment.platform[key] for key in ("BucketName", "ApiId", "DeadLettersQueue", "NewRecordsTopic")
            },
            "LocksTable": environment.platform["LocksTable"],
            "LayerArn": layer_arn(environment, LAYER, found),
            "ArtifactKey": package.key,
            "ArtifactSha256": package.sha256_base64,
            "Runtime": environment.target.runtime,
            "Architecture": environment.target.architecture,
            **_kept(stack),
            **(settings or {}),
        },
        tags={"application": environment.names.prefix, "opponent": name},
        upload=Upload(package.key, package.sha256, len(package.content)),
        function=environment.names.trainer_function(name),
    )
    step = plan_stack(wanted, stack, frozenset(environment.cloud.functions(environment.names.prefix)))
    with environment.held(name, progress):
        carry_out(environment, step, package, progress)
    return Deployed(wanted.label, step.verb, time.monotonic() - began, step.why)


def trained_opponents(environment: Environment, found: Mapping[str, Stack]) -> list[str]:
    """Return the opponents among the stacks ``found`` that have a trainer."""
    first = environment.names.trainer("")
    return sorted(stack.parameters["OpponentName"] for name, stack in found.items() if name.startswith(first))


def delete_trainer(environment: Environment, name: str) -> None:
    """Delete the trainer of the opponent ``name``; what it published stays.  Raises CloudError if there is none."""
    stack = environment.names.trainer(name)
    if environment.cloud.stack(stack) is None:
        raise CloudError(f"{name} has no trainer in the cloud")
    environment.cloud.delete_stack(stack, patience_s=environment.patience_s)


def start_trainer(environment: Environment, name: str) -> None:
    """Let the trainer of ``name`` begin now, without waiting for it.  Raises CloudError if there is none."""
    if environment.cloud.stack(environment.names.trainer(name)) is None:
        raise CloudError(f"{name} has no trainer in the cloud; lambda-arcade retrain {name} gives it one")
    environment.cloud.call(
        "lambda", "invoke", FunctionName=environment.names.trainer_function(name), Qualifier="live",
        InvocationType="Event", Payload=json.dumps({"why": "somebody asked"}).encode(),
    )  # fmt: skip


def schedule(text: str) -> str:
    """Return EventBridge's words for ``7d``, ``12h`` or ``30m``; ``none`` for none.  Raises PackagingError."""
    if text == NO_SCHEDULE:
        return NO_SCHEDULE
    match = re.fullmatch(r"([1-9]\d{0,3})([dhm])", text)
    if match is None:
        raise PackagingError(f"--every {text!r}: give a time such as 7d, 12h or 30m, or none")
    count, unit = int(match[1]), _UNITS[match[2]]
    return f"rate({count} {unit}{'s' if count > 1 else ''})"


def _kept(stack: Stack | None) -> dict[str, str]:
    return {key: stack.parameters[key] for key in SETTINGS if key in stack.parameters} if stack else {}
