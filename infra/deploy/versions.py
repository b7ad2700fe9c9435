"""Which version serves: promote and rollback move the alias ``live``, so both are immediate.

A canary's alarms end with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.core.errors import CloudError
from infra.core.state import Pointer
from infra.deploy.plan import previous_version, slots_of
from infra.deploy.smoke_test import smoke_test

if TYPE_CHECKING:
    from infra.environment.environment import Environment


def promote(environment: Environment, name: str) -> Pointer:
    """Give the canary all new matches; return where ``live`` points now.  Raises CloudError if there is no canary."""
    function = environment.names.function(name)
    pointer = _pointer(environment, name)
    if pointer.canary is None:
        raise CloudError(
            f"{name}: version {pointer.version} has all new matches already; there is no canary to promote"
        )
    return _move(environment, name, function, Pointer(pointer.canary))


def rollback(environment: Environment, name: str, version: str | None = None) -> Pointer:
    """End the canary, or go back to the version before; return where ``live`` points now.

    ``version`` names another one to go to.  Raises CloudError if there is none, or if it does not answer.
    """
    function = environment.names.function(name)
    pointer = _pointer(environment, name)
    stack = environment.cloud.stack(environment.names.opponent(name))
    slots = slots_of(stack) if stack else {}
    if version is None and pointer.canary is not None:
        version = pointer.version
    target = version or previous_version(pointer.version, slots)
    there = ", ".join(sorted(filter(None, slots.values()), key=int))
    if target is None:
        raise CloudError(f"{name}: there is no version before {pointer.version}; deployed are {there}")
    if target not in slots.values():
        raise CloudError(f"{name}: version {target} is not deployed; deployed are {there}")
    if target != pointer.version:
        smoke_test(environment.cloud, function, target)
    return _move(environment, name, function, Pointer(target))


def known_version(environment: Environment, name: str, version: str | None) -> str:
    """Return the version to ask: ``version``, or the one that serves.  Raises CloudError for one not deployed."""
    pointer = _pointer(environment, name)
    stack = environment.cloud.stack(environment.names.opponent(name))
    slots = slots_of(stack) if stack else {}
    if version is not None and version not in slots.values():
        there = ", ".join(sorted(filter(None, slots.values()), key=int))
        raise CloudError(f"{name}: version {version} is not deployed any more, or not yet; deployed are {there}")
    return version or pointer.version


def _move(environment: Environment, name: str, function: str, pointer: Pointer) -> Pointer:
    with environment.held(name):
        environment.cloud.point(function, pointer)
        environment.cloud.delete_alarms(f"{function}-canary-")
    return pointer


def _pointer(environment: Environment, name: str) -> Pointer:
    pointer = environment.cloud.pointer(environment.names.function(name))
    if pointer is None:
        raise CloudError(f"{name} is not deployed; lambda-arcade opponents lists who is")
    return pointer
