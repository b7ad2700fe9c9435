"""Deployment as a pipeline: look at what is there, package what is wanted, plan, then carry the plan out.

The platform comes first, then layers and the platform's own functions, then opponents, each a stack that nobody else
touches.  Everything is idempotent: a deployment that was killed half-way is finished, or cleared away and made anew,
by the next one.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ai_functions.runtime.manifest import ManifestError
from ai_functions.runtime.model import ModelError, read_card
from infra.aws import Cloud
from infra.build.layers import build_layer, this_machine
from infra.build.packaging import PackagingError, check_unzipped, package_opponent
from infra.core.errors import CloudError
from infra.core.prices import keep_usd_a_month
from infra.core.state import Account, Pointer
from infra.deploy.auth import chosen, route_settings
from infra.deploy.execute import carry_out, preview
from infra.deploy.keys import ensure_keys, proof_key
from infra.deploy.opponents import beyond_routes, called_by, ladder_folders, subscription, wanted_opponent
from infra.deploy.plan import CREATE, KEEP, UPDATE, plan_opponent
from infra.deploy.platform import PARALLEL, deploy_platform, layer_arn, layers_for, stacks_found
from infra.deploy.smoke_test import smoke_test
from infra.deploy.trainers import delete_trainer, deploy_trainer, trained_opponents
from infra.environment.environment import Deployed, Environment
from infra.local import daemon

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from infra.core.state import Stack
    from infra.deploy.plan import StackPlan, Wanted
    from infra.environment.environment import Progress

DEPLOY_ERRORS = (CloudError, PackagingError, ManifestError, ModelError)
"""What can be wrong with one opponent, or with the cloud."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A cloud in which everybody can be played."""

    api_base_url: str
    endpoint: str
    fresh: bool
    """Whether the local cloud was started just now."""
    notes: tuple[str, ...]
    """What was put right on the way."""
    deployed: tuple[Deployed, ...]


@dataclass(frozen=True, slots=True)
class Options:
    """How opponents are to be deployed."""

    canary: float | None = None
    """The share of new matches that a new version gets at first; None gives it all of them."""
    repoint: bool = True
    """Whether deploying what is the newest version already undoes a rollback."""
    subscribe: str | None = None
    """ARN of a queue or stream whose recorded games it annotates; ``none`` ends that, None leaves it as it is."""
    url: str | None = None
    """Whether the function has a URL of its own: ``none``, ``iam`` or ``public``; None leaves it as it is."""
    smoke_test_new: bool = True
    """Whether an opponent that was not there before is asked at once who it is.  An update always is."""
    dry_run: bool = False


DEFAULT = Options()


def ensure_ready(progress: Progress) -> Ready:
    """Start the local cloud and deploy what is missing or changed of the ladder.

    An opponent that cannot be deployed is reported and left out; the others can be played.  Raises LocalCloudError or
    CloudError when there is no cloud to play in at all.
    """
    began = time.monotonic()
    cloud = daemon.up()
    progress(f"local cloud {'started' if cloud.fresh else 'found'} at {cloud.endpoint}", time.monotonic() - began)
    for note in cloud.notes:
        progress(note, 0.0)
    environment = Environment(Cloud(Account(cloud.endpoint)), this_machine())
    deployed = deploy_all(environment, ladder_folders(), progress, Options(repoint=False, smoke_test_new=False))
    for item in deployed:
        if item.problem:
            progress(f"{item.label} was not deployed: {item.problem}", item.seconds)
    kept = sum(item.verb == KEEP for item in deployed)
    progress(f"{kept} of {len(deployed)} opponents were deployed already", time.monotonic() - began)
    return Ready(environment.api, cloud.endpoint, cloud.fresh, cloud.notes, tuple(deployed))


def deploy_all(
    environment: Environment,
    folders: Sequence[Path],
    progress: Progress,
    options: Options = DEFAULT,
    *,
    auth: str | None = None,
    dashboard: bool | None = None,
) -> list[Deployed]:
    """Bring the platform, the opponents in ``folders`` and the trainers there are up to date.

    ``auth`` and ``dashboard`` are as for ``deploy_platform``.
    """
    found = deploy_platform(environment, layers_for(folders), progress, auth=auth, dashboard=dashboard)
    done = deploy_opponents(environment, folders, progress, options, found)
    for name in trained_opponents(environment, found):
        began = time.monotonic()
        try:
            deploy_trainer(environment, name, progress)  # what trains must be the code that serves
        except DEPLOY_ERRORS as error:
            progress(f"the trainer of {name} was not deployed: {error}", time.monotonic() - began)
    return done


def deploy_opponents(
    environment: Environment,
    folders: Sequence[Path],
    progress: Progress,
    options: Options = DEFAULT,
    found: dict[str, Stack] | None = None,
) -> list[Deployed]:
    """Bring the stacks of the opponents in ``folders`` up to date, and no other.

    What is wrong with one opponent is told in its ``problem`` and stops no other.  With ``dry_run`` nothing changes;
    ``changes`` then tells what would.
    """
    found = stacks_found(environment) if found is None else found
    if environment.has_platform:
        ensure_keys(environment)  # before several want one at once
    functions = frozenset(environment.cloud.functions(environment.names.prefix))
    unrouted = beyond_routes(folders, found, environment.names)

    def one(folder: Path) -> Deployed:
        began = time.monotonic()
        try:
            return _deploy_opponent(environment, folder, found, functions, progress, options, unrouted)
        except DEPLOY_ERRORS as error:
            return Deployed(folder.name, "failed", time.monotonic() - began, problem=str(error))

    with ThreadPoolExecutor(PARALLEL) as pool:
        return list(pool.map(one, folders))


def _deploy_opponent(
    environment: Environment,
    folder: Path,
    found: dict[str, Stack],
    functions: frozenset[str],
    progress: Progress,
    options: Options,
    unrouted: frozenset[str],
) -> Deployed:
    began = time.monotonic()
    manifest, package = package_opponent(folder)
    if options.dry_run and not environment.has_platform:
        return Deployed(manifest.name, CREATE, 0.0, ("nothing is deployed yet: platform and layers come with it",))
    layers = [build_layer(name, environment.target, environment.cache) for name in manifest.function.layers]
    stack = found.get(environment.names.opponent(manifest.name))
    check_unzipped(package, [(layer.name, layer.unzipped) for layer in layers])
    authorization = chosen(None, found, environment.names)
    wanted = wanted_opponent(
        environment.names, environment.target, manifest, package, read_card(folder), platform=environment.platform,
        layer_arns=[layer_arn(environment, layer.name, found) for layer in layers],
        settings=route_settings(authorization, found, environment.names)
        | subscription(options.subscribe, stack)
        | called_by(options.url, stack, authorization, routed=manifest.name not in unrouted)
        | {"ProofKey": proof_key(environment, manifest.name)}
        | dict(environment.settings),
    )  # fmt: skip
    function = environment.names.function(manifest.name)
    step, pointer = _plan(environment, wanted, stack, functions, options)
    if options.dry_run:
        cost = keep_usd_a_month(len(package.content), memory_mb=manifest.function.memory_mb, prices=environment.prices)
        return Deployed(wanted.label, step.verb, 0.0, step.why, changes=preview(environment, step), keep_usd=cost)
    if step.idle:
        version = pointer.version if pointer else None
        return Deployed(
            wanted.label, KEEP, time.monotonic() - began, version=version, url=environment.function_url(stack)
        )
    with environment.held(wanted.label, progress):
        # Another deployer may have been at it since the stacks were looked at.
        stack = environment.cloud.settled(wanted.stack, patience_s=environment.patience_s)
        still = frozenset([function]) if environment.cloud.has_function(function) else frozenset[str]()
        step, pointer = _plan(environment, wanted, stack, still, options)
        if step.pointer:
            _smoke_test(environment, function, step.pointer.version, pointer)
        done = carry_out(environment, step, package, progress)
        served = step.pointer or pointer
        version = done.outputs["NewVersion"] if done else (served.version if served else None)
        if done and (options.smoke_test_new or step.verb == UPDATE):
            _smoke_test(environment, function, done.outputs["NewVersion"], pointer if step.verb == UPDATE else None)
    url = environment.function_url(done or stack)
    return Deployed(wanted.label, step.verb, time.monotonic() - began, step.why, version, url=url)


def _plan(
    environment: Environment, wanted: Wanted, stack: Stack | None, functions: frozenset[str], options: Options
) -> tuple[StackPlan, Pointer | None]:
    """Return what is to be done, and where ``live`` points now."""
    function = str(wanted.function)
    pointer = environment.cloud.pointer(function) if stack and function in functions else None
    step = plan_opponent(wanted, stack, pointer, functions=functions, canary=options.canary, repoint=options.repoint)
    return step, pointer


def _smoke_test(environment: Environment, function: str, version: str, before: Pointer | None) -> None:
    """Ask the new version who it is.  If it does not answer, what served before serves on, or the new stack goes."""
    try:
        smoke_test(environment.cloud, function, version)
    except CloudError as error:
        if before is None:
            name = function.removeprefix(f"{environment.names.prefix}-")
            environment.cloud.delete_stack(environment.names.opponent(name), patience_s=environment.patience_s)
            raise
        environment.cloud.point(function, before)
        raise CloudError(f"version {before.version} serves on: {error}") from error


def delete_opponent(environment: Environment, name: str) -> None:
    """Delete the opponent's stack (function, role, log, routes, its place in the catalog) and its trainer's.

    Records stay.  Raises CloudError if it is not deployed.
    """
    stack = environment.names.opponent(name)
    stacks = environment.cloud.stacks(environment.names.opponents)
    if stack not in stacks:
        deployed = ", ".join(sorted(environment.names.opponent_of(item) for item in stacks)) or "nobody"
        raise CloudError(f"{name} is not deployed; deployed are {deployed}")
    with environment.held(name):
        if environment.cloud.stack(environment.names.trainer(name)) is not None:
            delete_trainer(environment, name)
        environment.cloud.delete_stack(stack, patience_s=environment.patience_s)
