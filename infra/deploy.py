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

from ai_functions.runtime.manifest import Manifest, ManifestError
from ai_functions.runtime.model import ModelError
from infra.arcade import Arcade, Deployed, held
from infra.auth import KEY, chosen, new_key, route_settings
from infra.aws import Cloud
from infra.complaints import CloudError
from infra.execute import carry_out, preview
from infra.layers import build_layer, this_machine
from infra.local import daemon
from infra.opponents import ladder_folders, read_card, subscription, wanted_opponent
from infra.packaging import PackagingError, check_unzipped, package_opponent, package_service
from infra.plan import CREATE, KEEP, UPDATE, Upload, Wanted, plan_opponent, plan_stack
from infra.prices import keep_usd_a_month
from infra.prove import prove
from infra.services import AUTHORIZER, GUARDED, SERVICES
from infra.state import Account, Pointer
from infra.templates import template

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from infra.arcade import Progress
    from infra.layers import Layer
    from infra.services import Service
    from infra.state import Stack

PARALLEL = 4
"""Deployments at a time: they mostly wait for the cloud."""
LOCAL_CACHE_S, AWS_CACHE_S = 0, 5
"""How old the catalog's answer may be."""
COMPLAINTS = (CloudError, PackagingError, ManifestError, ModelError)
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
    prove_new: bool = True
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
    arcade = Arcade(Cloud(Account(cloud.endpoint)), this_machine())
    deployed = deploy_all(arcade, ladder_folders(), progress, Options(repoint=False, prove_new=False))
    for item in deployed:
        if item.problem:
            progress(f"{item.label} was not deployed: {item.problem}", item.seconds)
    kept = sum(item.verb == KEEP for item in deployed)
    progress(f"{kept} of {len(deployed)} opponents were deployed already", time.monotonic() - began)
    return Ready(arcade.api, cloud.endpoint, cloud.fresh, cloud.notes, tuple(deployed))


def deploy_all(
    arcade: Arcade, folders: Sequence[Path], progress: Progress, options: Options = DEFAULT, *, auth: str | None = None
) -> list[Deployed]:
    """Bring the platform and the opponents in ``folders`` up to date; ``auth`` as for ``deploy_platform``."""
    found = deploy_platform(arcade, layers_for(folders), progress, auth=auth)
    return deploy_opponents(arcade, folders, progress, options, found)


def deploy_platform(
    arcade: Arcade, layers: Sequence[str], progress: Progress, *, auth: str | None = None
) -> dict[str, Stack]:
    """Bring the platform, the layers named and the platform's own functions up to date; return the stacks there are.

    ``auth`` says who may call the API: none, key or iam; None leaves that as it is.
    """
    found = _found(arcade)
    authorization = chosen(auth, found, arcade.names)
    tags = {"application": arcade.names.prefix}
    wanted = Wanted(arcade.names.platform, "platform", template("platform"), {"Prefix": arcade.names.prefix}, tags)
    carry_out(arcade, plan_stack(wanted, found.get(wanted.stack)), None, progress)
    functions = arcade.cloud.functions(arcade.names.prefix)
    if authorization == KEY:
        _deploy_authorizer(arcade, found, functions, progress)
    guard = route_settings(authorization, found, arcade.names)
    with ThreadPoolExecutor(PARALLEL) as pool:
        made = {name: pool.submit(_deploy_layer, arcade, name, found, progress) for name in {*layers, *layers_for([])}}
        jobs = [
            pool.submit(
                _deploy_service, arcade, service, found, functions, progress, guard if service.name in GUARDED else {}
            )
            for service in sorted(SERVICES.values(), key=lambda item: item.layer or "")
            if service.layer is None or made[service.layer].result() is None
        ]
        for job in (*made.values(), *jobs):
            job.result()
    return found


def deploy_opponents(
    arcade: Arcade,
    folders: Sequence[Path],
    progress: Progress,
    options: Options = DEFAULT,
    found: dict[str, Stack] | None = None,
) -> list[Deployed]:
    """Bring the stacks of the opponents in ``folders`` up to date, and no other.

    What is wrong with one opponent is told in its ``problem`` and stops no other.  With ``dry_run`` nothing changes;
    ``changes`` then tells what would.
    """
    found = _found(arcade) if found is None else found
    functions = frozenset(arcade.cloud.functions(arcade.names.prefix))

    def one(folder: Path) -> Deployed:
        began = time.monotonic()
        try:
            return _deploy_opponent(arcade, folder, found, functions, progress, options)
        except COMPLAINTS as error:
            return Deployed(folder.name, "failed", time.monotonic() - began, problem=str(error))

    with ThreadPoolExecutor(PARALLEL) as pool:
        return list(pool.map(one, folders))


def _deploy_opponent(
    arcade: Arcade,
    folder: Path,
    found: dict[str, Stack],
    functions: frozenset[str],
    progress: Progress,
    options: Options,
) -> Deployed:
    began = time.monotonic()
    manifest, package = package_opponent(folder)
    if options.dry_run and not arcade.has_platform:
        return Deployed(manifest.name, CREATE, 0.0, ("nothing is deployed yet: platform and layers come with it",))
    layers = [build_layer(name, arcade.target, arcade.cache) for name in manifest.function.layers]
    stack = found.get(arcade.names.opponent(manifest.name))
    check_unzipped(package, [(layer.name, layer.unzipped) for layer in layers])
    wanted = wanted_opponent(
        arcade.names, arcade.target, manifest, package, read_card(folder), platform=arcade.platform,
        layer_arns=[_layer_arn(arcade, layer.name, found) for layer in layers],
        settings=route_settings(chosen(None, found, arcade.names), found, arcade.names)
        | subscription(options.subscribe, stack)
        | dict(arcade.settings),
    )  # fmt: skip
    function = arcade.names.function(manifest.name)
    pointer = arcade.cloud.pointer(function) if stack and function in functions else None
    step = plan_opponent(
        wanted, stack, pointer, functions=functions, canary=options.canary, repoint=options.repoint
    )  # fmt: skip
    if options.dry_run:
        cost = keep_usd_a_month(len(package.content), memory_mb=manifest.function.memory_mb)
        return Deployed(wanted.label, step.verb, 0.0, step.why, changes=preview(arcade, step), keep_usd=cost)
    if step.idle:
        version = pointer.version if pointer else None
        return Deployed(wanted.label, KEEP, time.monotonic() - began, version=version)
    with held(arcade, wanted.label):
        if step.pointer:
            _prove(arcade, function, step.pointer.version, pointer)
        done = carry_out(arcade, step, package, progress)
        version = done.outputs["NewVersion"] if done else (step.pointer.version if step.pointer else None)
        if done and (options.prove_new or step.verb == UPDATE):
            _prove(arcade, function, done.outputs["NewVersion"], pointer if step.verb == UPDATE else None)
    return Deployed(wanted.label, step.verb, time.monotonic() - began, step.why, version)


def _prove(arcade: Arcade, function: str, version: str, before: Pointer | None) -> None:
    """Ask the new version who it is.  If it does not answer, what served before serves on, or the new stack goes."""
    try:
        prove(arcade, function, version)
    except CloudError as error:
        if before is None:
            name = function.removeprefix(f"{arcade.names.prefix}-")
            arcade.cloud.delete_stack(arcade.names.opponent(name), patience_s=arcade.patience_s)
            raise
        arcade.cloud.point(function, before)
        raise CloudError(f"version {before.version} serves on: {error}") from error


def delete_opponent(arcade: Arcade, name: str) -> None:
    """Delete the opponent's stack: function, role, log, routes and its place in the catalog.  Records stay."""
    stack = arcade.names.opponent(name)
    stacks = arcade.cloud.stacks(arcade.names.opponents)
    if stack not in stacks:
        deployed = ", ".join(sorted(arcade.names.opponent_of(item) for item in stacks)) or "nobody"
        raise CloudError(f"{name} is not deployed; deployed are {deployed}")
    with held(arcade, name):
        arcade.cloud.delete_stack(stack, patience_s=arcade.patience_s)


def layers_for(folders: Sequence[Path]) -> list[str]:
    """Return the layers that opponents and the platform's own functions need."""
    needed = {service.layer for service in SERVICES.values() if service.layer}
    for folder in folders:
        try:
            needed |= set(Manifest.load(folder).function.layers)
        except ManifestError:
            continue  # told when its turn comes
    return sorted(needed)


def _found(arcade: Arcade) -> dict[str, Stack]:
    """Return the stacks there are, once nothing that an earlier deployment began is still in progress."""
    stacks = arcade.cloud.stacks(arcade.names.prefix)
    for name, stack in stacks.items():
        if stack.status.endswith("_IN_PROGRESS") and stack.status != "REVIEW_IN_PROGRESS":
            settled = arcade.cloud.settled(name, patience_s=arcade.patience_s)
            if settled is not None:
                stacks[name] = settled
    return stacks


def _layer_arn(arcade: Arcade, name: str, found: dict[str, Stack]) -> str:
    stack = arcade.cloud.stack(arcade.names.layer(name)) or found.get(arcade.names.layer(name))
    if stack is None:
        raise CloudError(f"the layer {name} is not deployed here; run lambda-arcade deploy --all")
    return stack.outputs["LayerArn"]


def _deploy_layer(arcade: Arcade, name: str, found: dict[str, Stack], progress: Progress) -> None:
    began = time.monotonic()
    layer = build_layer(name, arcade.target, arcade.cache)
    if time.monotonic() - began > 1:
        progress(f"layer {name} packed", time.monotonic() - began)
    wanted = wanted_layer(arcade, layer)
    step = plan_stack(wanted, found.get(wanted.stack))
    stack = carry_out(arcade, step, layer, progress)
    if stack is not None:
        found[wanted.stack] = stack


def wanted_layer(arcade: Arcade, layer: Layer) -> Wanted:
    """Return the stack of a layer."""
    parameters = {
        "Prefix": arcade.names.prefix,
        "LayerName": layer.name,
        "BucketName": arcade.platform["BucketName"],
        "ArtifactKey": layer.key,
        "Runtime": arcade.target.runtime,
        "Architecture": arcade.target.architecture,
    }
    upload = Upload(layer.key, layer.sha256, layer.path.stat().st_size)
    tags = {"application": arcade.names.prefix}
    return Wanted(arcade.names.layer(layer.name), f"layer {layer.name}", template("layer"), parameters, tags, upload)


def _deploy_service(
    arcade: Arcade,
    service: Service,
    found: dict[str, Stack],
    functions: Iterable[str],
    progress: Progress,
    settings: Mapping[str, str],
) -> None:
    package = package_service(service.name, service.outside)
    cache_seconds = LOCAL_CACHE_S if arcade.cloud.account.local else AWS_CACHE_S
    known = {**arcade.platform, "ApiBaseUrl": arcade.api, "CacheSeconds": str(cache_seconds)}
    parameters = {
        "Prefix": arcade.names.prefix,
        "ArtifactKey": package.key,
        "ArtifactSha256": package.sha256_base64,
        "Runtime": arcade.target.runtime,
        "Architecture": arcade.target.architecture,
        **{key: known[key] for key in service.needs},
        **settings,
    }
    if service.layer:
        parameters["LayerArn"] = _layer_arn(arcade, service.layer, found)
    upload = Upload(package.key, package.sha256, len(package.content))
    stack = arcade.names.service(service.name)
    wanted = Wanted(stack, f"service {service.name}", service.template(), parameters,
                    {"application": arcade.names.prefix}, upload, stack)  # fmt: skip
    done = carry_out(arcade, plan_stack(wanted, found.get(stack), frozenset(functions)), package, progress)
    if done is not None:
        found[stack] = done


def _deploy_authorizer(arcade: Arcade, found: dict[str, Stack], functions: Iterable[str], progress: Progress) -> None:
    """Deploy what asks for the key; the first time, make a key and tell it."""
    stack = found.get(arcade.names.service(AUTHORIZER.name))
    kept = stack.parameters.get("KeySha256") if stack else None
    key, key_sha256 = ("", kept) if kept else new_key()
    _deploy_service(arcade, AUTHORIZER, found, functions, progress, {"KeySha256": key_sha256})
    if key:
        progress(f"the API key, which is shown this once: {key}", 0.0)
