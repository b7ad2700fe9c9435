"""What docs/aws.md claims: its tables are what the command prints, and its policy names what the deployer calls."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

import pytest

from infra.local import daemon
from infra.monitor.bill import tables
from infra.monitor.metrics import COLD_STARTS_QUERY
from infra.templates.ci import ci
from infra.templates.opponent import opponent
from infra.templates.platform import platform

DOCS = Path(__file__).parents[2] / "docs"


def test_the_tables_are_those_that_the_command_prints():
    assert tables() in (DOCS / "aws.md").read_text()


RUN_HERE = 2
"""Blocks that the local cloud can run; the third makes an OIDC provider, which MiniStack does not know."""


def shown_lines() -> list[str]:
    """Return the blocks of docs/aws.md for the AWS CLI; the first deploys an opponent."""
    return re.findall(r"```bash\n(.*?)```", (DOCS / "aws.md").read_text(), re.DOTALL)


def test_the_lines_for_the_aws_cli_give_every_parameter_that_has_no_default():
    parameters = opponent()["Parameters"]
    needed = {name for name, item in parameters.items() if "Default" not in item}
    given = set(re.findall(r"(\w+)=", shown_lines()[0].partition("opponent-first-free")[2]))
    assert needed - given == set()
    assert not {name for name, item in platform()["Parameters"].items() if "Default" not in item}
    shown = shown_lines()
    assert len(shown) == RUN_HERE + 1
    needed = {name for name, item in ci()["Parameters"].items() if "Default" not in item}
    assert needed == set(re.findall(r"(\w+)=", shown[-1].partition("--parameter-overrides")[2].partition("\n")[0]))


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("aws") is None, reason="needs the AWS CLI, which is no package of ours")
def test_the_lines_for_the_aws_cli_work_as_they_stand(tmp_path: Path):
    cloud = daemon.up(tmp_path / "home", port=0)
    keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    given = {**os.environ, **keys, "AWS_ENDPOINT_URL": cloud.endpoint, "PATH": path}
    here = re.sub(
        r"(?<!/)\bfirst_free\.zip", f"{tmp_path}/first_free.zip", "echo next\n".join(shown_lines()[:RUN_HERE])
    )
    shell = str(shutil.which("bash"))
    script = f"set -e\ncd {DOCS.parent}\n{here}"
    try:
        done = subprocess.run([shell, "-c", script], env=given, capture_output=True, text=True, check=False)
    finally:
        daemon.down(tmp_path / "home")
    assert done.returncode == 0, done.stderr
    opponent_, platform_ = done.stdout.split("next\n")
    assert opponent_.rstrip().splitlines()[-1] == "1"
    assert "Successfully created/updated stack - lambda-arcade-platform" in platform_


def test_the_query_is_the_one_that_the_status_uses():
    told = "\n".join(line.strip() for line in (DOCS / "aws.md").read_text().splitlines())
    assert COLD_STARTS_QUERY in told


def test_the_deployers_policy_touches_nothing_but_the_environment_where_aws_lets_it_say_so():
    statements = json.loads((DOCS / "deployer-policy.json").read_text())["Statement"]
    wide = {item["Sid"] for item in statements if item["Resource"] == "*"}
    assert wide == {"SeeStacks", "SeeFunctions", "SeeTables", "AccessLogs", "Watch"}
    actions = [
        action
        for item in statements
        for action in ([item["Action"]] if isinstance(item["Action"], str) else item["Action"])
    ]
    assert not any(fnmatch(action, "*:[*]") for action in actions)
    assert len(actions) == len(set(actions))
