"""Whether CloudFormation is at work: what it has done so far is no state to start from again."""

from __future__ import annotations

from typing import Any


def operation_runs(ministack: Any) -> bool:
    """Whether an operation on any stack is under way."""
    module = ministack._loaded_modules.get("cloudformation")  # noqa: SLF001 - see private_names
    return module is not None and any(_in_progress(stack) for stack in list(dict.values(module._stacks._data)))  # noqa: SLF001


def _in_progress(stack: dict[str, Any]) -> bool:
    status = str(stack.get("StackStatus", ""))
    return status.endswith("_IN_PROGRESS") and status != "REVIEW_IN_PROGRESS"
