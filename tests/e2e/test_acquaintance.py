"""An opponent that gets to know the person at the window, with the real training and a real local cloud."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ai_functions.runtime.protocol import MoveRequest
from client.acquaintances import FORGET, GAIN, LEARN, PUBLISH
from client.net.remote import RemoteOpponent
from client.records import acquaintance
from client.records.acquaintance import KNOWS, Acquaintance
from client.records.recorder import save_record
from games.battleship import rules
from games.match import Match, play
from games.record import BOT, PERSON, Participant
from infra.core.state import CloudChoice
from training.games.battleship.players.habitual import HABITUAL
from training.games.battleship.players.textbook import LADDER

if TYPE_CHECKING:
    from tests.e2e.conftest import Program

ROOT = Path(__file__).parents[2]
GAME, NAME = "battleship", "\u0634\u0647\u0631\u0632\u0627\u062f"
"""A name of which no letter can be part of a function's."""
ORDER = {"game": GAME, "player": NAME, "choice": asdict(CloudChoice())}


class Window:
    """What begins the work, in the program's home; it may be killed as soon as something is said."""

    def __init__(self, program: Program) -> None:
        self.home = program.home
        self._env = {**os.environ, "LAMBDA_ARCADE_HOME": str(program.home), "LAMBDA_ARCADE_PORT": "0"}

    def work(self, what: str, killed_at: str = "") -> dict[str, Any]:
        """Return the last thing that was said; the work is killed when ``killed_at`` is said to be done."""
        command = [sys.executable, "-m", "client.jobs", "acquaint"]
        pipe = subprocess.PIPE
        with subprocess.Popen(command, cwd=ROOT, env=self._env, stdin=pipe, stdout=pipe, text=True) as child:
            assert child.stdin is not None
            assert child.stdout is not None
            child.stdin.write(json.dumps({**ORDER, "what": what}) + "\n")
            child.stdin.close()
            said: dict[str, Any] = {}
            for line in child.stdout:
                said = json.loads(line)
                if killed_at and killed_at in said.get("doing", ""):
                    child.kill()
                    return said
        return said

    @property
    def known(self) -> Acquaintance | None:
        return acquaintance.read(self.home, GAME, NAME)

    def play(self, first: int, count: int) -> None:
        for number in range(first, first + count):
            seats = {"one": Participant("one", PERSON, NAME), "two": Participant("two", BOT, "random")}
            match = Match(rules, seats, seed=number, policy_seed=number, match_id=f"match-{number}")
            record = play(match, {"one": HABITUAL["edges"], "two": LADDER["random"]})
            save_record(self.home / "records", replace(record, started_at=f"2026-01-01T00:{number:02}:00+00:00"))


def first_request() -> MoveRequest:
    """Return what asks for a fleet."""
    seats = {"one": Participant("one", PERSON, NAME), "two": Participant("two", BOT, "x")}
    match = Match(rules, seats, seed=1, policy_seed=1)
    return MoveRequest(
        game=GAME, match_id=match.match_id, turn=0, seed=1, deadline_ms=5000, last_latency_ms=None, explain=False,
        observation=rules.encode_observation(match.ask("two")),
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_it_learns_is_played_tells_what_it_gained_and_is_forgotten_whatever_is_killed(program: Program) -> None:
    program.run("deploy", "battleship_easy")
    window = Window(program)
    window.play(0, 10)
    for moment in ("reading", "foretelling", "function of its own"):
        window.work(LEARN, killed_at=moment)
        known = window.known
        assert known is not None
        assert known.learning == (moment != "function of its own")
        if moment == "foretelling":
            assert list(acquaintance.steps_of(window.home, GAME, NAME).glob("*/model.json")), "the fit is kept"
    assert window.work(PUBLISH)["result"] is True
    known = window.known
    assert known is not None
    assert (known.stage, known.learning, known.matches) == (KNOWS, False, 10)
    assert known.found
    assert not acquaintance.steps_of(window.home, GAME, NAME).exists()
    listed = next(item for item in program.json("opponents") if item["name"] == known.opponent)
    assert listed["title"] == f"Admiral (knows {NAME})"
    assert RemoteOpponent(listed["endpoint"]).ask(first_request(), 20.0).response.name == known.opponent
    window.play(10, 10)
    assert window.work(GAIN)["result"] is True
    known = window.known
    assert known is not None
    assert known.gain is not None
    assert (known.gain.matches, known.gain.unit) == (10, "shots")
    assert known.gain.error > 0
    window.work(FORGET, killed_at="forgetting")
    assert window.work(FORGET)["result"] is True
    assert window.known is None
    assert not (window.home / "opponents" / known.opponent).exists()
    assert known.opponent not in [item["name"] for item in program.json("opponents")]
    assert list((window.home / acquaintance.FOLDER).iterdir()) == []
