"""What docs/aws.md claims: its tables are what the command prints, and its policy names what the deployer calls."""

from __future__ import annotations

import json
from fnmatch import fnmatch
from pathlib import Path

from infra.monitor.bill import tables
from infra.monitor.metrics import COLD_STARTS_QUERY

DOCS = Path(__file__).parents[2] / "docs"


def test_the_tables_are_those_that_the_command_prints():
    assert tables() in (DOCS / "aws.md").read_text()


def test_the_query_is_the_one_that_the_status_uses():
    told = "\n".join(line.strip() for line in (DOCS / "aws.md").read_text().splitlines())
    assert COLD_STARTS_QUERY in told


def test_the_deployers_policy_touches_nothing_but_the_environment_where_aws_lets_it_say_so():
    statements = json.loads((DOCS / "deployer-policy.json").read_text())["Statement"]
    wide = {item["Sid"] for item in statements if item["Resource"] == "*"}
    assert wide == {"SeeStacks", "SeeFunctions", "AccessLogs", "Watch"}
    actions = [
        action
        for item in statements
        for action in ([item["Action"]] if isinstance(item["Action"], str) else item["Action"])
    ]
    assert not any(fnmatch(action, "*:[*]") for action in actions)
    assert len(actions) == len(set(actions))
