"""Where MiniStack checks signatures and policies (``LAMBDA_ARCADE_IAM=enforced``) and would refuse what AWS allows."""

from __future__ import annotations

import functools
import json
import re
from typing import Any

SECURE_TRANSPORT = "aws:securetransport"
ONE_ALIAS = re.compile(r"/functions/[^/]+/aliases/[^/]+/?$")
ON_ONE_ALIAS = {"GET": "GetAlias", "PUT": "UpdateAlias", "DELETE": "DeleteAlias"}


def mend_iam(evaluator: Any, actions: Any) -> None:
    """Mend how requests are described to policies.

    A policy that asks for TLS is content with loopback, which nobody can listen to.  A parameter tree is named by its
    path, as AWS does; MiniStack looks for the name of a single parameter.  What is done to one alias is told from what
    is done to all of a function's.  Alarms that are deleted are named.
    """
    resolve, describe = evaluator._resolve_condition_key, actions.extract_resource_arn  # noqa: SLF001 - see private_names
    lambda_action = actions._lambda_action  # noqa: SLF001

    @functools.wraps(resolve)
    def resolved(key: str, ctx: Any) -> Any:
        return "true" if key.lower() == SECURE_TRANSPORT else resolve(key, ctx)

    @functools.wraps(describe)
    def described(service: str, method: str, path: str, headers: dict[str, Any], body: bytes, *rest: Any) -> Any:
        found = describe(service, method, path, headers, body, *rest)
        if service == "ssm" and found == "*" and (tree := _parameter_path(body)):
            region, account = rest[-2:]
            return f"arn:aws:ssm:{region}:{account}:parameter{tree}"
        if service == "monitoring" and found == "*" and (alarm := _one_alarm(body)):
            region, account = rest[-2:]
            return f"arn:aws:cloudwatch:{region}:{account}:alarm:{alarm}"
        return found

    @functools.wraps(lambda_action)
    def acted(method: str, path: str) -> Any:
        return ON_ONE_ALIAS.get(method) if ONE_ALIAS.search(path) else lambda_action(method, path)

    actions._lambda_action = acted  # noqa: SLF001
    evaluator._resolve_condition_key = resolved  # noqa: SLF001
    actions.extract_resource_arn = described


def _parameter_path(body: bytes) -> str | None:
    try:
        data = json.loads(body)
    except ValueError:
        return None
    tree = data.get("Path") if isinstance(data, dict) else None
    return tree.rstrip("/") if isinstance(tree, str) else None


def _one_alarm(body: bytes) -> str | None:
    """Return the alarm that a DeleteAlarms names, the first of several that differ in their last word alone."""
    try:
        data = json.loads(body)
    except ValueError:
        return None
    names = data.get("AlarmNames") if isinstance(data, dict) else None
    if not isinstance(names, list) or len({str(name).rpartition("-")[0] for name in names}) != 1:
        return None
    return str(names[0])
