"""What a function imports is paid for at every cold start, so the runtime is held to its own list."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

from ai_functions.runtime.loader import load_opponent
from ai_functions.runtime.manifest import Manifest
from client.commands.bench.functions import middle_request
from infra.deploy.opponents import ladder_folders

ROOT = Path(__file__).parents[2]
OPPONENT = ROOT / "tests" / "opponents" / "first_free"
HEAVY = {"numpy", "onnxruntime", "sklearn", "requests", "boto3", "asyncio", "http.client", "urllib.request", "email",
         "socket", "ssl", "unittest", "subprocess", "multiprocessing", "logging"}  # fmt: skip


def _start(tmp_path: Path) -> dict[str, list[str]]:
    """Import the handler as a function without a layer does; return the modules it leaves loaded."""
    (tmp_path / "opponent").symlink_to(OPPONENT)
    code = (
        "import sys, json; bare = set(sys.modules); sys.path.insert(0, sys.argv[1]);"
        "from ai_functions.runtime import handler;"
        "print(json.dumps({'listed': sorted(handler.STARTUP_IMPORTS), 'loaded': sorted(set(sys.modules) - bare),"
        "'ours': [m.__file__ for m in list(sys.modules.values()) if (getattr(m, '__file__', None) or '')"
        ".startswith(sys.argv[1])]}))"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code, str(ROOT)],
        env={"LAMBDA_TASK_ROOT": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    result: dict[str, list[str]] = json.loads(done.stdout)
    return result


def _imported_at_the_top(path: Path) -> set[str]:
    """Return the top-level modules that a file imports when it is imported, other than ours and for types only."""
    found = set()
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found - {"__future__", "games", "ai_functions"}


def test_the_runtime_imports_what_it_lists_and_nothing_else(tmp_path: Path) -> None:
    start = _start(tmp_path)
    files = [Path(name) for name in start["ours"]]
    shared = [path for path in files if path.parent.name in {"runtime", "games"}]
    assert {path.name for path in shared} >= {"handler.py", "answer.py", "protocol.py", "core.py", "catalog.py"}
    imported = set().union(*(_imported_at_the_top(path) for path in shared))
    assert imported == set(start["listed"])


def test_an_opponent_without_a_layer_starts_without_anything_heavy(tmp_path: Path) -> None:
    assert not HEAVY & set(_start(tmp_path)["loaded"])


def test_the_smallest_opponent_loads() -> None:
    opponent = load_opponent(OPPONENT)
    assert opponent.manifest.name == "first_free"
    assert opponent.sha256 == ""
    assert opponent.explain is None


FIRST_MOVES = """
import json, sys
from pathlib import Path
from random import Random
from ai_functions.runtime.loader import load_opponent
from ai_functions.runtime.manifest import Manifest
from client.commands.bench.functions import middle_request
from infra.deploy.opponents import ladder_folders
from games.catalog import find_game
for folder, game, observation in json.load(sys.stdin):
    load_opponent(Path(folder)).act(find_game(game).decode_observation(observation), Random(1))
print("numpy" in sys.modules, {"numpy.ma", "numpy.random"} & set(sys.modules))
"""


def test_a_first_move_imports_nothing_of_numpys_that_it_could_do_without() -> None:
    """Each of ``numpy.unique``, ``union1d`` and ``setdiff1d`` imports ``numpy.ma``: 7 to 14 ms."""
    asked = [(str(folder), game, middle_request(game).observation)
             for folder in ladder_folders() for game in [Manifest.load(folder).game]]  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", FIRST_MOVES],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    assert done.stdout.split(maxsplit=1) == ["True", "set()\n"]
