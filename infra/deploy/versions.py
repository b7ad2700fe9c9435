"""Which version serves: promote and rollback move the alias ``live`` and nothing else, so both are immediate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.core.errors import CloudError
from infra.core.state import Pointer
from infra.deploy.plan import previous_version, slots_of
from infra.deploy.smoke_test import prove

if TYPE_CHECKING:
    from infra.deploy.environment import Arcade


def promote(arcade: Arcade, name: str) -> Pointer:
    """Give the canary all new matches; return where ``live`` points now.  Raises CloudError if there is no canary."""
    function = arcade.names.function(name)
    pointer = _pointer(arcade, name)
    if pointer.canary is None:
        raise CloudError(
            f"{name}: version {pointer.version} has all new matches already; there is no canary to promote"
        )
    return _move(arcade, name, function, Pointer(pointer.canary))


def rollback(arcade: Arcade, name: str, version: str | None = None) -> Pointer:
    """End the canary, or go back to the version before; return where ``live`` points now.

    ``version`` names another one to go to.  Raises CloudError if there is none, or if it does not answer.
    """
    function = arcade.names.function(name)
    pointer = _pointer(arcade, name)
    stack = arcade.cloud.stack(arcade.names.opponent(name))
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
        prove(arcade.cloud, function, target)
    return _move(arcade, name, function, Pointer(target))


def _move(arcade: Arcade, name: str, function: str, pointer: Pointer) -> Pointer:
    with arcade.held(name):
        arcade.cloud.point(function, pointer)
    return pointer


def _pointer(arcade: Arcade, name: str) -> Pointer:
    pointer = arcade.cloud.pointer(arcade.names.function(name))
    if pointer is None:
        raise CloudError(f"{name} is not deployed; lambda-arcade opponents lists who is")
    return pointer
