"""The HTTP API, asked everything its document allows and much that it does not: never a 5xx, never an odd answer."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from infra.deploy.site import publish
from infra.services.openapi import document

if TYPE_CHECKING:
    from infra.environment.environment import Environment

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
UNAIMED = "import hypothesis\nhypothesis.target = lambda *_, **__: None\n"
"""A hook for schemathesis: it aims at answers that succeed, and for that shrinks requests for minutes in silence."""
ONE_THREAD = "1"
"""As fast as eight, since writing the requests is the work; and CPython up to 3.11.7 counts how deep a parse is for all
threads together: Hypothesis, which parses lambdas, fails by chance with more (python/cpython#106905)."""
SCHEMATHESIS = Path(sys.executable).with_name("schemathesis.exe" if os.name == "nt" else "schemathesis")


@pytest.mark.parametrize(
    ("examples", "least"), [(10, 400), pytest.param(2600, 10_000, marks=[pytest.mark.slow, pytest.mark.timeout(3600)])]
)
def test_whatever_is_asked_is_answered_as_the_document_says(
    environment: Environment, tmp_path: Path, examples: int, least: int
):
    publish(environment, {"index.html": b""}, lambda _what, _seconds: None)  # with it come two of the paths
    asked = json.loads(json.dumps(document()))  # parts of it are the module's own
    for path in asked["paths"].values():
        for parameter in path.get("parameters", []):
            if parameter["name"] == "name":
                parameter["schema"] = {"enum": ["first_free", "nobody"]}
    (tmp_path / "openapi.json").write_text(json.dumps(asked))
    (tmp_path / "unaimed.py").write_text(UNAIMED)
    done = subprocess.run(
        [SCHEMATHESIS, "run", "openapi.json", "--url", environment.api, "--checks", CHECKS, "--seed", "1", "--no-color",
         "--phases", "examples,coverage,fuzzing", "--max-examples", str(examples), "--workers", ONE_THREAD],
        cwd=tmp_path, env={**os.environ, "SCHEMATHESIS_HOOKS": str(tmp_path / "unaimed.py")},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:]
    assert f" {len(asked['paths'])} passed" in done.stdout, done.stdout
    (asked_for,) = re.findall(r"(\d+) generated, \1 passed", done.stdout)
    assert int(asked_for) > least
