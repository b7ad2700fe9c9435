"""What all opponents share: the platform's stack, the layers, and the platform's own functions."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

from ai_functions.runtime.manifest import Manifest, ManifestError
from infra.build.layers import build_layer
from infra.build.packaging import package_service
from infra.core.errors import CloudError
from infra.deploy.auth import KEY, chosen, new_key, route_settings
from infra.deploy.execute import carry_out
from infra.deploy.plan import Upload, Wanted, plan_stack
from infra.deploy.services import AUTHORIZER, GUARDED, SERVICES, SITE
from infra.templates import template

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from infra.build.layers import Layer
    from infra.core.state import Stack
    from infra.deploy.services import Service
    from infra.environment.environment import Environment, Progress

PARALLEL = 4
"""Deployments at a time: they mostly wait for the cloud."""
SETTINGS = ("AllowedOrigin",)
"""Parameters of the platform's template that somebody has set by other means; deployments leave them as they are."""
UNGUARDED = {"RequestsPerSecond": "10000", "BurstRequests": "5000"}
"""What an account has of its own: the template's lower limits guard somebody's money, which nothing costs here."""
LOCAL_CACHE_S, AWS_CACHE_S = 0, 5
"""How old the catalog's answer may be."""


def deploy_platform(
    environment: Environment,
    layers: Sequence[str],
    progress: Progress,
    *,
    auth: str | None = None,
    dashboard: bool | None = None,
) -> dict[str, Stack]:
    """Bring the platform, the layers named and the platform's own functions up to date; return the stacks there are.

    ``auth`` says who may call the API (none, key or iam), ``dashboard`` whether there is one; None leaves it as it is.
    """
    found = stacks_found(environment)
    authorization = chosen(auth, found, environment.names)
    tags = {"application": environment.names.prefix}
    stack = found.get(environment.names.platform)
    kept = {key: stack.parameters[key] for key in SETTINGS if stack and key in stack.parameters}
    unguarded = UNGUARDED if environment.cloud.account.local else {}
    parameters = {"Prefix": environment.names.prefix, **unguarded}
    wanted = Wanted(environment.names.platform, "platform", template("platform"), parameters, tags)
    step = plan_stack(wanted, stack)  # what is left as it is makes no other release
    carry_out(environment, replace(step, parameters={**step.parameters, **kept}), None, progress)
    _deploy_dashboard(environment, found, progress, wanted=dashboard)
    functions = environment.cloud.functions(environment.names.prefix)
    if authorization == KEY:
        _deploy_authorizer(environment, found, functions, progress)
    guard = route_settings(authorization, found, environment.names)
    with ThreadPoolExecutor(PARALLEL) as pool:
        jobs = [pool.submit(deploy_layer, environment, name, found, progress) for name in sorted(set(layers))]
        jobs += [
            pool.submit(
                deploy_service,
                environment,
                service,
                found,
                functions,
                progress,
                guard if service.name in GUARDED else {},
            )
            for service in _services(environment, found)
        ]
        for job in jobs:
            job.result()
    return found


def make_room(environment: Environment, folders: Sequence[Path], progress: Progress) -> None:
    """Bring what opponents need and nobody has deployed yet: the platform, or a layer that none had before."""
    layers = layers_for(folders)
    if not environment.has_platform:
        deploy_platform(environment, layers, progress)
        return
    missing = [name for name in layers if environment.cloud.stack(environment.names.layer(name)) is None]
    found = stacks_found(environment) if missing else {}
    for name in missing:
        deploy_layer(environment, name, found, progress)


def _services(environment: Environment, found: Mapping[str, Stack]) -> list[Service]:
    """Return the platform's own functions that are to be there."""
    published = environment.names.service(SITE.name) in found
    return [*SERVICES.values(), *([SITE] if published else [])]


def _deploy_dashboard(
    environment: Environment, found: dict[str, Stack], progress: Progress, *, wanted: bool | None
) -> None:
    """Have a dashboard or none, as wanted; None leaves that as it is."""
    name = environment.names.dashboard
    if wanted is False:
        if found.pop(name, None) is not None:
            environment.cloud.delete_stack(name, patience_s=environment.patience_s)
        return
    if wanted or name in found:
        prefix = environment.names.prefix
        stack = Wanted(name, "dashboard", template("dashboard"), {"Prefix": prefix}, {"application": prefix})
        done = carry_out(environment, plan_stack(stack, found.get(name)), None, progress)
        if done is not None:
            found[name] = done


def layers_for(folders: Sequence[Path]) -> list[str]:
    """Return the layers that opponents need."""
    needed: set[str] = set()
    for folder in folders:
        try:
            needed |= set(Manifest.load(folder).function.layers)
        except ManifestError:
            continue  # told when its turn comes
    return sorted(needed)


def stacks_found(environment: Environment) -> dict[str, Stack]:
    """Return the stacks there are, once nothing that an earlier deployment began is still in progress."""
    stacks = environment.cloud.stacks(environment.names.prefix)
    for name, stack in stacks.items():
        if stack.status.endswith("_IN_PROGRESS") and stack.status != "REVIEW_IN_PROGRESS":
            settled = environment.cloud.settled(name, patience_s=environment.patience_s)
            if settled is not None:
                stacks[name] = settled
    return stacks


def layer_arn(environment: Environment, name: str, found: Mapping[str, Stack]) -> str:
    """Return the newest version of a layer.  Raises CloudError if it is not deployed."""
    stack = environment.cloud.stack(environment.names.layer(name)) or found.get(environment.names.layer(name))
    if stack is None:
        raise CloudError(f"the layer {name} is not deployed here; run lambda-arcade deploy --all")
    return stack.outputs["LayerArn"]


def deploy_layer(environment: Environment, name: str, found: dict[str, Stack], progress: Progress) -> None:
    """Bring the stack of a layer up to date."""
    began = time.monotonic()
    layer = build_layer(name, environment.target, environment.cache)
    if time.monotonic() - began > 1:
        progress(f"layer {name} packed", time.monotonic() - began)
    wanted = wanted_layer(environment, layer)
    step = plan_stack(wanted, found.get(wanted.stack))
    stack = carry_out(environment, step, layer, progress)
    if stack is not None:
        found[wanted.stack] = stack


def wanted_layer(environment: Environment, layer: Layer) -> Wanted:
    """Return the stack of a layer."""
    parameters = {
        "Prefix": environment.names.prefix,
        "LayerName": layer.name,
        "BucketName": environment.platform["BucketName"],
        "ArtifactKey": layer.key,
        "Runtime": environment.target.runtime,
        "Architecture": environment.target.architecture,
    }
    upload = Upload(layer.key, layer.sha256, layer.path.stat().st_size)
    tags = {"application": environment.names.prefix}
    return Wanted(
        environment.names.layer(layer.name), f"layer {layer.name}", template("layer"), parameters, tags, upload
    )


def deploy_service(
    environment: Environment,
    service: Service,
    found: dict[str, Stack],
    functions: Iterable[str],
    progress: Progress,
    settings: Mapping[str, str],
) -> None:
    """Bring the stack of one of the platform's own functions up to date; ``settings`` are further parameters."""
    package = package_service(service.name)
    cache_seconds = LOCAL_CACHE_S if environment.cloud.account.local else AWS_CACHE_S
    known = {
        **environment.platform,
        "ApiBaseUrl": environment.api,
        "CacheSeconds": str(cache_seconds),
        "Prices": environment.prices.overrides(),
    }
    parameters = {
        "Prefix": environment.names.prefix,
        "ArtifactKey": package.key,
        "ArtifactSha256": package.sha256_base64,
        "Runtime": environment.target.runtime,
        "Architecture": environment.target.architecture,
        **{key: known[key] for key in service.needs},
        **settings,
    }
    upload = Upload(package.key, package.sha256, len(package.content))
    stack = environment.names.service(service.name)
    wanted = Wanted(stack, f"service {service.name}", service.template(), parameters,
                    {"application": environment.names.prefix}, upload, stack)  # fmt: skip
    done = carry_out(environment, plan_stack(wanted, found.get(stack), frozenset(functions)), package, progress)
    if done is not None:
        found[stack] = done


def _deploy_authorizer(
    environment: Environment, found: dict[str, Stack], functions: Iterable[str], progress: Progress
) -> None:
    """Deploy what asks for the key; the first time, make a key and tell it."""
    with environment.held(AUTHORIZER.name, progress):  # two that deploy it at once must not make a key each
        stack = environment.cloud.stack(environment.names.service(AUTHORIZER.name))
        kept = stack.parameters.get("KeySha256") if stack else None
        key, key_sha256 = ("", kept) if kept else new_key()
        deploy_service(environment, AUTHORIZER, found, functions, progress, {"KeySha256": key_sha256})
    if key:
        progress(f"the API key, which is shown this once: {key}", 0.0)
