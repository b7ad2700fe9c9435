"""CloudFormation: stacks as they stand, change sets, and waiting for them."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from botocore.exceptions import ClientError

from infra.aws.session import Session, in_one_line, patiently
from infra.core.errors import CloudError, StackBusyError
from infra.core.state import Change, ChangeSet, Stack

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

CAPABILITIES = ("CAPABILITY_IAM", "CAPABILITY_NAMED_IAM")
BEGUN = "REVIEW_IN_PROGRESS"
"""A stack that has change sets and nothing else: nobody need be working on it."""
_BUSY_CODES = frozenset({"AlreadyExistsException", "ChangeSetNotFound", "ChangeSetNotFoundException",
                         "InvalidChangeSetStatus", "InvalidChangeSetStatusException",
                         "OperationInProgressException"})  # fmt: skip
_BUSY_WORDS = ("_IN_PROGRESS state", "already exists and cannot be created")


class Stacks(Session):
    """What is done with stacks."""

    @in_one_line
    def stacks(self, prefix: str) -> dict[str, Stack]:
        """Return the stacks whose name starts with ``prefix``, by name."""
        pages = self.client("cloudformation").get_paginator("describe_stacks").paginate()
        found = (_stack(item) for page in pages for item in page["Stacks"] if item["StackName"].startswith(prefix))
        return {stack.name: stack for stack in found}

    @in_one_line
    def stack(self, name: str) -> Stack | None:
        """Return the stack called ``name``, or None."""
        try:
            (item,) = self.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise
        return _stack(item)

    @in_one_line
    def template(self, name: str) -> str:
        """Return the template that a stack was deployed with."""
        answer = self.client("cloudformation").get_template(StackName=name, TemplateStage="Original")
        body = answer["TemplateBody"]
        return body if isinstance(body, str) else json.dumps(body)

    @in_one_line
    def prepare(
        self, name: str, template: str, parameters: Mapping[str, str], tags: Mapping[str, str] | None = None
    ) -> ChangeSet:
        """Return a change set, not yet executed.  A stack that is not there is begun; no ``tags`` keep its own.

        Raises StackBusyError when another program changes the stack.
        """
        with _busy_if_taken(name):
            return self._prepare(name, template, parameters, tags)

    def _prepare(
        self, name: str, template: str, parameters: Mapping[str, str], tags: Mapping[str, str] | None
    ) -> ChangeSet:
        client = self.client("cloudformation")
        existing = self.stack(name)
        if existing is not None and existing.status.endswith("_IN_PROGRESS") and existing.status != BEGUN:
            raise StackBusyError(f"{name}: another program is deploying it: it is {existing.status}")
        kind = "CREATE" if existing is None or existing.status == BEGUN else "UPDATE"
        change_set = f"arcade-{uuid4().hex[:12]}"
        client.create_change_set(
            StackName=name, ChangeSetName=change_set, ChangeSetType=kind, TemplateBody=template,
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
            Capabilities=list(CAPABILITIES),
            **({} if tags is None else {"Tags": [{"Key": key, "Value": value} for key, value in tags.items()]}),
        )  # fmt: skip
        for _ in patiently(60):
            answer = client.describe_change_set(StackName=name, ChangeSetName=change_set)
            if answer["Status"] not in {"CREATE_PENDING", "CREATE_IN_PROGRESS"}:
                break
        changes = tuple(_change(item["ResourceChange"]) for item in answer.get("Changes", ()))
        if answer["Status"] == "FAILED" and not _is_empty(answer.get("StatusReason", "")):
            raise CloudError(f"{name}: the change was refused: {answer.get('StatusReason', 'no reason given')}")
        return ChangeSet(name, change_set, kind, changes)

    @in_one_line
    def discard(self, change_set: ChangeSet) -> None:
        """Delete a change set, and the empty stack that one for a new stack begins."""
        client = self.client("cloudformation")
        client.delete_change_set(StackName=change_set.stack, ChangeSetName=change_set.name)
        stack = self.stack(change_set.stack) if change_set.kind == "CREATE" else None
        if stack is not None and stack.status == BEGUN:
            client.delete_stack(StackName=change_set.stack)

    @in_one_line
    def execute(self, change_set: ChangeSet, *, patience_s: float) -> Stack:
        """Carry out a change set and return the stack.

        Raises CloudError if it failed and was rolled back, StackBusyError if another program was first.
        """
        client = self.client("cloudformation")
        with _busy_if_taken(change_set.stack):
            client.execute_change_set(StackName=change_set.stack, ChangeSetName=change_set.name)
        stack = self.settled(change_set.stack, patience_s=patience_s)
        if stack is None or stack.status not in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}:
            raise CloudError(
                f"{change_set.stack}: {self._why_failed(change_set.stack)}; what served before still serves"
            )
        return stack

    @in_one_line
    def settled(self, name: str, *, patience_s: float) -> Stack | None:
        """Return the stack once nothing is in progress.  Raises CloudError if that takes too long."""
        stack = None
        for _ in patiently(patience_s):
            stack = self.stack(name)
            if stack is None or not stack.status.endswith("_IN_PROGRESS") or stack.status == BEGUN:
                return stack
        raise CloudError(f"{name}: still {stack.status if stack else '?'} after {patience_s:.0f} s")

    @in_one_line
    def delete_stack(self, name: str, *, patience_s: float) -> None:
        """Delete the stack and wait until it is gone."""
        self.client("cloudformation").delete_stack(StackName=name)
        stack = self.settled(name, patience_s=patience_s)
        if stack is not None and stack.status != "DELETE_COMPLETE":
            raise CloudError(f"{name}: not deleted: {self._why_failed(name)}")

    @in_one_line
    def unstick(self, name: str) -> None:
        """Go on with a roll-back that got stuck."""
        self.client("cloudformation").continue_update_rollback(StackName=name)

    def _why_failed(self, name: str) -> str:
        events = self.client("cloudformation").describe_stack_events(StackName=name)["StackEvents"]
        failed = [item for item in events if item["ResourceStatus"].endswith("_FAILED")]
        blamed = [item for item in failed if "cancelled" not in item.get("ResourceStatusReason", "").lower()]
        if not blamed:
            return "it failed, and CloudFormation does not say why"
        first = blamed[-1]
        return f"{first['LogicalResourceId']} failed: {first.get('ResourceStatusReason', 'no reason given')}"


@contextmanager
def _busy_if_taken(name: str) -> Iterator[None]:
    """Raise StackBusyError for what CloudFormation answers to the second of two who change one stack."""
    try:
        yield
    except ClientError as error:
        message = error.response.get("Error", {}).get("Message", "")
        if error.response.get("Error", {}).get("Code") in _BUSY_CODES or any(words in message for words in _BUSY_WORDS):
            raise StackBusyError(f"{name}: another program is deploying it: {message}") from error
        raise


def _is_empty(reason: str) -> bool:
    return "didn't contain changes" in reason or "No updates are to be performed" in reason


def _stack(item: Any) -> Stack:
    return Stack(
        name=item["StackName"],
        status=item["StackStatus"],
        parameters={entry["ParameterKey"]: entry.get("ParameterValue", "") for entry in item.get("Parameters", ())},
        outputs={entry["OutputKey"]: entry["OutputValue"] for entry in item.get("Outputs", ())},
        reason=item.get("StackStatusReason", ""),
        tags={entry["Key"]: entry["Value"] for entry in item.get("Tags", ())},
    )


def _change(item: Any) -> Change:
    replaces = item.get("Replacement") == "True"
    return Change(item["Action"], item["LogicalResourceId"], item["ResourceType"], replaces)
