"""Carries a plan out: upload, change set, and wait for the stack."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from infra.aws.session import patiently
from infra.build.packaging import Package
from infra.core.errors import CloudError, StackBusyError
from infra.deploy.plan import CREATE, KEEP, REPLACE

if TYPE_CHECKING:
    from infra.build.layers import Layer
    from infra.core.state import Change, Stack
    from infra.deploy.plan import StackPlan
    from infra.environment.environment import Environment, Progress


def carry_out(
    environment: Environment, step: StackPlan, content: Package | Layer | None, progress: Progress
) -> Stack | None:
    """Do what ``step`` says and return the stack; None if nothing was to be done with it.

    Raises CloudError if the cloud refuses; CloudFormation has then put back what served before.
    """
    began = time.monotonic()
    wanted, cloud = step.wanted, environment.cloud
    if step.verb == KEEP:
        if step.pointer and wanted.function:
            cloud.point(wanted.function, step.pointer)
            progress(f"{wanted.label}: {step.why[0]}", time.monotonic() - began)
        return None
    if wanted.upload and content:
        bucket = environment.platform["BucketName"]
        if not cloud.has_object(bucket, wanted.upload.key):
            body = content.content if isinstance(content, Package) else content.path
            cloud.put_object(bucket, wanted.upload.key, body, wanted.upload.sha256)
    if step.verb == REPLACE:
        _clear_away(environment, wanted.stack)
    stack = _changed(environment, step, progress)
    word = "deployed" if step.verb in {CREATE, REPLACE} else "updated"
    progress(f"{wanted.label} {word}", time.monotonic() - began)
    return stack


def _changed(environment: Environment, step: StackPlan, progress: Progress) -> Stack:
    """Change the stack and return it; where another program changes it, wait until that is done, and go on from there.

    Two first starts at once meet here: there is no table of locks before the platform is deployed.
    """
    began = time.monotonic()
    waiting = f"{step.wanted.label}: waiting for another program that deploys it"
    told = False
    for _ in patiently(environment.patience_s):
        try:
            stack = _change(environment, step)
        except StackBusyError:
            if not told:
                progress(waiting, None)
                told = True
            environment.cloud.settled(step.wanted.stack, patience_s=environment.patience_s)
            continue
        if told:
            progress(waiting, time.monotonic() - began)
        return stack
    raise CloudError(f"{step.wanted.label}: another program has been deploying it for {environment.patience_s:.0f} s")


def _change(environment: Environment, step: StackPlan) -> Stack:
    wanted, cloud = step.wanted, environment.cloud
    change_set = cloud.prepare(wanted.stack, wanted.template, step.parameters, wanted.tags)
    if change_set.changes:
        return cloud.execute(change_set, patience_s=environment.patience_s)
    cloud.discard(change_set)
    unchanged = cloud.stack(wanted.stack)
    if unchanged is None:
        raise CloudError(f"{wanted.stack}: the change set came out empty and the stack is gone")
    return unchanged


def preview(environment: Environment, step: StackPlan) -> tuple[Change, ...]:
    """Return what the cloud says it would change; nothing changes."""
    if step.verb == KEEP:
        return ()
    change_set = environment.cloud.prepare(step.wanted.stack, step.wanted.template, step.parameters, step.wanted.tags)
    environment.cloud.discard(change_set)
    return change_set.changes


def _clear_away(environment: Environment, name: str) -> None:
    """Remove a stack that an earlier deployment left in a state from which it cannot be updated."""
    stack = environment.cloud.stack(name)
    if stack is not None and stack.status == "UPDATE_ROLLBACK_FAILED":
        environment.cloud.unstick(name)
        stack = environment.cloud.settled(name, patience_s=environment.patience_s)
        if stack is not None and stack.status == "UPDATE_ROLLBACK_COMPLETE":
            return
    environment.cloud.delete_stack(name, patience_s=environment.patience_s)
