"""Change sets of one stack exclude each other, as on AWS: MiniStack lets two deployers create it at the same time.

It gives a stack that was only begun a new identity with every change set, so carrying one out does not void the others,
and it takes change sets of a stack that is just being changed.  The second of two first starts then failed on what the
first had made.  AWS refuses the second, which waits and goes on (``infra.deploy.execute``).
"""

from __future__ import annotations

import copy
import functools
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Handler = Callable[[Mapping[str, Any]], tuple[int, Any, bytes]]

CREATE, EXECUTE = "CreateChangeSet", "ExecuteChangeSet"
BEGUN = "REVIEW_IN_PROGRESS"
"""The state of a stack that has change sets and nothing else."""
TEMPLATES = 16
"""How many templates are remembered: opponents share one, and YAML takes long to read."""
EVENTS, DELETED = 200, 50
"""What is remembered: the newest events of each stack, and of stacks that were deleted the last."""


def mend_change_sets(formation: Any) -> None:
    """Replace MiniStack's handlers of the two actions."""
    handlers = formation._ACTION_HANDLERS  # noqa: SLF001 - see private_names
    handlers[CREATE] = _one_at_a_time(formation, _forgetful(formation, _same_stack(formation, handlers[CREATE])))
    handlers[EXECUTE] = _one_at_a_time(formation, handlers[EXECUTE])


def mend_templates(formation: Any) -> None:
    """Make MiniStack read a template once, and not with each change set and each operation."""
    read = functools.lru_cache(TEMPLATES)(formation.engine._parse_template)  # noqa: SLF001 - see private_names

    @functools.wraps(formation.engine._parse_template)  # noqa: SLF001
    def parse(template_body: str) -> Any:
        return copy.deepcopy(read(template_body))

    for module in (formation.engine, formation.changesets, formation.handlers):
        module._parse_template = parse  # noqa: SLF001


def _one_at_a_time(formation: Any, original: Handler) -> Handler:
    """Refuse what is asked of a stack that an operation is in progress on, in AWS's words."""

    @functools.wraps(original)
    def handle(params: Mapping[str, Any]) -> tuple[int, Any, bytes]:
        stack = _stack(formation, params)
        status = str((stack or {}).get("StackStatus", ""))
        if stack and status.endswith("_IN_PROGRESS") and status != BEGUN:
            message = f"Stack:{stack['StackId']} is in {status} state and can not be updated."
            refusal: tuple[int, Any, bytes] = formation.helpers._error("ValidationError", message)  # noqa: SLF001
            return refusal
        return original(params)

    return handle


def _same_stack(formation: Any, original: Handler) -> Handler:
    """Let a stack that was begun keep its identity, so that carrying out one of its change sets drops the others."""

    @functools.wraps(original)
    def handle(params: Mapping[str, Any]) -> tuple[int, Any, bytes]:
        before = _stack(formation, params)
        status, headers, body = original(params)
        after = _stack(formation, params)
        if not before or before["StackStatus"] != BEGUN or after is before:
            return status, headers, body
        formation._stacks[before["StackName"]] = before  # noqa: SLF001 - see private_names
        if after:
            kept, given = before["StackId"], after["StackId"]
            for change_set in formation._change_sets.values():  # noqa: SLF001
                if change_set.get("StackId") == given:
                    change_set["StackId"] = kept
            formation._stack_events.pop(given, None)  # noqa: SLF001
            body = body.replace(given.encode(), kept.encode())
        return status, headers, body

    return handle


def _forgetful(formation: Any, original: Handler) -> Handler:
    """Let go of what nobody asks for any more: AWS keeps it for 90 days, in somebody else's memory."""

    @functools.wraps(original)
    def handle(params: Mapping[str, Any]) -> tuple[int, Any, bytes]:
        answer = original(params)
        stack = _stack(formation, params)
        if stack is not None:
            forget_old(formation, stack["StackId"])
        return answer

    return handle


def forget_old(formation: Any, stack_id: str) -> None:
    """Forget old events of the stack ``stack_id``, and stacks that were deleted long ago."""
    events, stacks = formation._stack_events, formation._stacks._data  # noqa: SLF001 - see private_names
    del events.get(stack_id, [])[:-EVENTS]
    gone = [key for key, stack in list(dict.items(stacks)) if stack.get("StackStatus") == "DELETE_COMPLETE"]
    for key in gone[:-DELETED]:
        events.pop(stacks.pop(key)["StackId"], None)


def _stack(formation: Any, params: Mapping[str, Any]) -> dict[str, Any] | None:
    found: dict[str, Any] | None = formation._stacks.get(formation.helpers._p(params, "StackName"))  # noqa: SLF001
    return found
