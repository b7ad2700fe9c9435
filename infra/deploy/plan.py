"""What has to be done, decided from what is wanted and what is there.  Nothing here touches a cloud or a file.

A plan is frozen data, so looking at one (``deploy --dry-run``) costs nothing and changes nothing.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from infra.core.state import Pointer
from infra.templates import SLOTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from infra.core.state import Stack

CREATE, UPDATE, KEEP, REPLACE = "create", "update", "keep", "replace"
SERVING = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE"})
ABSENT = frozenset({"DELETE_COMPLETE", "REVIEW_IN_PROGRESS"})
"""The latter has change sets and nothing else, and another program may be about to carry one out."""
ROUTING = frozenset({"NewSlot", *(f"Slot{slot}" for slot in SLOTS), "StableVersion", "CanaryWeight", "BaseRelease"})
"""Parameters that say where versions stand and came from, not what they are."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A zip that the bucket must hold before a stack can change."""

    key: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """A stack as it should be."""

    stack: str
    label: str
    """What a person calls it."""
    template: str
    parameters: Mapping[str, str]
    tags: Mapping[str, str] = field(default_factory=dict)
    upload: Upload | None = None
    function: str | None = None
    """The function that the stack should hold."""

    @property
    def release(self) -> str:
        """Names template and settings together."""
        settled = {key: value for key, value in self.parameters.items() if key not in ROUTING}
        return hashlib.sha256(json.dumps([self.template, settled], sort_keys=True).encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class StackPlan:
    """What happens to one stack."""

    wanted: Wanted
    verb: str
    """``create``, ``update``, ``keep``, or ``replace`` for one that an earlier deployment left broken."""
    parameters: Mapping[str, str]
    why: tuple[str, ...] = ()
    pointer: Pointer | None = None
    """Where ``live`` must be pointed without any other change."""

    @property
    def idle(self) -> bool:
        """Whether there is nothing to do."""
        return self.verb == KEEP and self.pointer is None


def plan_stack(wanted: Wanted, found: Stack | None, functions: frozenset[str] | None = None) -> StackPlan:
    """Return what to do so that the stack is as wanted.  ``functions`` are those there are, where that is known."""
    parameters = {**wanted.parameters, "Release": wanted.release}
    if found is None or found.status in ABSENT:
        return StackPlan(wanted, CREATE, parameters, ("it is not deployed",))
    if found.status not in SERVING:
        return StackPlan(wanted, REPLACE, parameters, (f"an earlier deployment left it {found.status}",))
    if functions is not None and wanted.function is not None and wanted.function not in functions:
        return StackPlan(wanted, REPLACE, parameters, (f"its function {wanted.function} is gone",))
    if found.parameters.get("Release") == wanted.release:
        return StackPlan(wanted, KEEP, parameters)
    if found.parameters.get("BaseRelease") == wanted.release:
        return StackPlan(wanted, KEEP, parameters, ("a model that its trainer made of it since",))
    return StackPlan(wanted, UPDATE, parameters, tuple(_differences(parameters, found.parameters)))


def plan_opponent(
    wanted: Wanted,
    found: Stack | None,
    pointer: Pointer | None,
    *,
    functions: frozenset[str] | None = None,
    canary: float | None = None,
    repoint: bool = True,
) -> StackPlan:
    """Return what to do so that ``live`` serves what is wanted.

    ``canary`` is the share of new matches that a new version gets at first; None gives it all of them.  ``repoint``
    lets a deployment of what is the newest version already undo a rollback; without it a rollback is left alone.
    """
    step = plan_stack(wanted, found, functions)
    if step.verb in {CREATE, REPLACE} or found is None:
        return _with(step, {"NewSlot": SLOTS[0], "StableVersion": "", "CanaryWeight": "0"})
    newest = found.outputs.get("NewVersion", "")
    if step.verb == KEEP:
        retrained = bool(found.parameters.get("BaseRelease"))  # then the newest version is not what is in the folder
        serves = pointer is not None and pointer.version == newest and not pointer.canary
        if not repoint or pointer is None or canary is not None or serves or retrained:
            return step
        return StackPlan(
            wanted, KEEP, step.parameters, (f"live moves from {pointer.version} to {newest}",), Pointer(newest)
        )
    serving: set[str | None] = {pointer.version, pointer.canary} if pointer else {newest}
    routing = next_slots(found.parameters, newest, serving)
    if canary is not None and pointer is not None:
        routing |= {"StableVersion": pointer.version, "CanaryWeight": f"{canary:g}"}
    else:
        routing |= {"StableVersion": "", "CanaryWeight": "0"}
    return _with(step, {**routing, "BaseRelease": ""})


def next_slots(parameters: Mapping[str, str], newest: str, serving: set[str | None]) -> dict[str, str]:
    """Return the slots of the next deployment.

    The newest version stays in its slot, and the new one takes the slot filled longest ago among those that no new
    match is given.
    """
    current = parameters.get("NewSlot", SLOTS[0])
    held = _held(parameters, newest)
    free = [slot for slot in SLOTS if slot != current and held[slot] not in serving]
    taken = min(free, key=lambda slot: int(held[slot] or 0))
    return {"NewSlot": taken, **{f"Slot{slot}": held[slot] for slot in SLOTS}}


def slots_of(stack: Stack) -> dict[str, str]:
    """Return which version each slot holds; empty for none."""
    return _held(stack.parameters, stack.outputs.get("NewVersion", ""))


def _held(parameters: Mapping[str, str], newest: str) -> dict[str, str]:
    current = parameters.get("NewSlot", SLOTS[0])
    return {slot: parameters.get(f"Slot{slot}", "") for slot in SLOTS} | {current: newest}


def previous_version(live: str, slots: Mapping[str, str]) -> str | None:
    """Return the version that a rollback goes to: the newest one before ``live`` that still has routes."""
    older = [version for version in slots.values() if version and int(version) < int(live)]
    return max(older, key=int, default=None)


def _with(step: StackPlan, more: Mapping[str, str]) -> StackPlan:
    return StackPlan(step.wanted, step.verb, {**step.parameters, **more}, step.why)


_HASHED = frozenset({"ArtifactKey", "LayerArns", "Listing", "ProofKey"})
_WORDS = {
    "ArtifactKey": "new code or model",
    "LayerArns": "another layer",
    "MemoryMb": "memory",
    "TimeoutSeconds": "timeout",
    "Listing": "what the catalog shows",
    "ProofKey": "the key of its proofs",
}


def _differences(wanted: Mapping[str, str], found: Mapping[str, str]) -> list[str]:
    told = []
    for key, value in wanted.items():
        if found.get(key, "") != value and key not in {"Release", "ArtifactSha256"} | ROUTING:
            word = _WORDS.get(key, key)
            short = key not in _HASHED and max(len(value), len(found.get(key, ""))) < 30  # noqa: PLR2004 - fits into a line
            told.append(f"{word}: {found.get(key, '(none)')} -> {value}" if short else word)
    return told or ["the template"]
