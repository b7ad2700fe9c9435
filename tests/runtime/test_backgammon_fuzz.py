"""Whatever observation is sent to a function of backgammon: a legal action, or 422 and the field; never 5xx."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from copy import deepcopy
from pathlib import Path
from random import Random
from typing import Any

import pytest

import ai_functions
from ai_functions.runtime.protocol import MoveRequest
from games.backgammon import rules
from games.core import IllegalActionError

ROOT = Path(__file__).parents[2]
FOLDERS = Path(ai_functions.__file__).parent
ODD = (None, True, 0, -1, 1, 2, 3, 7, 15, 16, 64, 10**30, 2.5, "", "own", "x" * 500, [], {}, [1], {"own": 1}, [[]])
ANSWERING = """
import json, sys
sys.path.insert(0, sys.argv[1])
from ai_functions.runtime import handler
told = sys.stdout
sys.stdout = sys.stderr
for line in sys.stdin:
    event = {"requestContext": {"http": {"method": "POST"}}, "rawPath": "/move", "body": line}
    answer = handler.handler(event, None)
    told.write(json.dumps([answer["statusCode"], json.loads(answer["body"])]) + "\\n")
"""


def observations(count: int) -> list[Any]:
    """Return real observations of matches, most of them changed in up to three places."""
    random = Random(1)
    found: list[Any] = []
    while len(found) < count:
        options = random.choice([{}, {"points": 3}, {"cube": True}, {"points": 5, "crawford": False}])
        state = rules.start(options, random)
        while not rules.outcome(state) and len(found) < count:
            if random.random() < 0.2:
                data = rules.encode_observation(rules.observe(state, random.choice(rules.PLAYERS)))
                found.append(changed(data, random))
            double = state.view.phase == "roll" and random.random() < 0.2
            action = rules.DOUBLE if double else rules.sample_action(state.view, random)
            state, _ = rules.step(state, {state.turn: action})
    return found


def changed(data: Any, random: Random) -> Any:
    data = deepcopy(data)
    for _ in range(random.randrange(4)):
        holder, key = random.choice(list(places(data)))
        if random.random() < 0.15:
            del holder[key]
        elif random.random() < 0.15 and isinstance(holder, dict):
            holder[random.choice(["odd", "dice", "cube", "score", "crawford", "variant", "\u0000"])] = random.choice(
                ODD
            )
        elif isinstance(holder[key], int) and random.random() < 0.6:
            holder[key] += random.choice((-1, 1))
        else:
            holder[key] = deepcopy(random.choice(ODD))
        if not list(places(data)):
            break
    return data


def places(data: Any) -> Any:
    inside = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in inside:
        yield data, key
        yield from places(value)


def answers(name: str, sent: list[Any], folder: Path) -> list[tuple[int, Any]]:
    (folder / "opponent").symlink_to(FOLDERS / name)
    lines = [json.dumps(MoveRequest("backgammon", "m", 0, 1, one).to_json()) for one in sent]
    done = subprocess.run(
        [sys.executable, "-c", ANSWERING, str(ROOT)],
        input="\n".join(lines),
        env={**os.environ, "LAMBDA_TASK_ROOT": str(folder)},
        capture_output=True,
        text=True,
        check=True,
    )
    return [tuple(json.loads(line)) for line in done.stdout.splitlines()]  # type: ignore[misc]


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("backgammon_easy", 1_000),
        ("backgammon_hard", 1_000),
        *(
            pytest.param(f"backgammon_{level}", 10_000, marks=[pytest.mark.slow, pytest.mark.timeout(1800)])
            for level in ("easy", "medium", "hard", "expert")
        ),
    ],
)
def test_no_observation_is_too_much_for_a_function(name: str, count: int, tmp_path: Path) -> None:
    sent = observations(count)
    found = answers(name, sent, tmp_path)
    assert len(found) == count
    assert {status for status, _ in found} == {200, 422}
    for data, (status, body) in zip(sent, found, strict=True):
        if status == 200:
            view = rules.decode_observation(data)
            state = rules.State(view.variant, "00", 0, view, "white")
            try:
                rules.check(state, "white", rules.parse_action(body["action"]))
            except IllegalActionError:
                pytest.fail(f"{body['action']} for {data}")
        else:
            assert body["field"].startswith("observation")
    assert 0.1 < sum(status == 200 for status, _ in found) / count < 0.9
