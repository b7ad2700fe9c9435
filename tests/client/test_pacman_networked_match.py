"""A whole match over a line: nothing waits, what was used is recorded, and the record plays again without a network."""

from __future__ import annotations

from time import sleep
from typing import TYPE_CHECKING

import pytest
from pacman_fakes import Fake, Hanging, classic, controller, last_exit, new_match

from client.games.pacman.network.controllers import SEAT, Team
from client.games.pacman.network.networked_match import NetworkedMatch
from client.games.pacman.network.transport import ThreadedLine, answer
from games.pacman.names import GHOSTS
from games.record import GameRecord, replay, verify

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ai_functions.runtime.protocol import MoveRequest
    from client.games.pacman.network.messages import Ask, AskResult
    from client.games.pacman.network.transport import Answerer
    from games.core import Event
    from games.pacman.observation import Observation

LIFE = 60 * 60
WAYS = ("left", "down", "right", "up")


class StraightLine:
    """A line that has every answer after a fixed number of looks: the same in every run."""

    def __init__(self, looks: int = 2) -> None:
        self._looks = looks
        self._under_way: list[tuple[int, AskResult]] = []
        self._now = 0

    def send(self, ask: Ask, to: Answerer, request: MoveRequest, observation: Observation) -> None:
        self._under_way.append((self._now + self._looks, answer(ask, to, request, observation)))

    def collect(self) -> list[AskResult]:
        self._now += 1
        found = [reply for due, reply in self._under_way if due <= self._now]
        self._under_way = [(due, reply) for due, reply in self._under_way if due > self._now]
        return found


@pytest.fixture
def wire() -> Iterator[ThreadedLine]:
    line = ThreadedLine()
    yield line
    line.close()


def run(networked: NetworkedMatch, ticks: int = LIFE) -> list[Event]:
    """Let Pac-Man run in circles, until the match ends."""
    events: list[Event] = []
    for tick in range(ticks):
        events += networked.tick(WAYS[tick // 40 % 4])
        if networked.match.outcome is not None:
            break
    return events


def test_a_life_is_lost_to_a_function_and_every_exit_it_chose_is_in_the_record():
    fake = Fake(last_exit)
    team = Team.of(controller(fake))
    networked = NetworkedMatch(new_match(team, lives=1), team, StraightLine())
    events = run(networked)
    assert networked.match.outcome is not None
    taken = [event for event in events if event.kind == "exit"]
    assert len(taken) == networked.schedule.counts.decisions > 5
    assert networked.schedule.counts.fallback == 0
    assert all(event.detail["chosen"] for event in taken)
    record = GameRecord.from_line(networked.match.close().to_line())
    turns = [turn for turn in record.turns if turn.player == SEAT]
    assert sum(len(turn.action.split()) for turn in turns) == len(taken)
    assert {turn.fallback for turn in turns} == {None}
    assert all(turn.latency_ms == 5.0 and turn.compute_ms == 0.5 and turn.note for turn in turns)


def test_the_record_plays_again_without_a_network_tick_by_tick():
    team = Team.of(controller(Fake(last_exit)))
    networked = NetworkedMatch(new_match(team, lives=1), team, StraightLine(looks=30))
    digests = [networked.match.game.digest(networked.match.state)]
    while networked.match.outcome is None and networked.match.step_number < LIFE:
        networked.tick(WAYS[networked.match.step_number // 40 % 4])
        digests.append(networked.match.game.digest(networked.match.state))
    record = GameRecord.from_line(networked.match.close().to_line())
    verify(record)
    assert [networked.match.game.digest(frame.state) for frame in replay(record)] == digests


def test_no_tick_waits_for_a_function_that_hangs(wire: ThreadedLine):
    fake = Hanging()
    team = Team.of(controller(fake))
    networked = NetworkedMatch(new_match(team, lives=1), team, wire)
    run(networked, 1200)  # not one answer comes before all of these ticks have passed
    counts = networked.schedule.counts
    assert counts.answered == 0
    assert counts.decisions == counts.fallback > 5
    turns = [turn for turn in networked.match.record().turns if turn.player == SEAT]
    assert {turn.fallback for turn in turns} <= {"late", "unasked"}
    assert fake.on_main_thread == 0
    fake.released.set()


def test_a_function_on_threads_is_asked_off_the_main_thread_and_its_answers_are_played(wire: ThreadedLine):
    fake = Fake(classic)
    team = Team.of(controller(fake))
    networked = NetworkedMatch(new_match(team, lives=1), team, wire)
    for _ in range(2000):
        networked.tick()
        if networked.schedule.counts.used:
            break
        sleep(0.005)
    assert networked.schedule.counts.used > 0
    assert fake.on_main_thread == 0


@pytest.mark.parametrize("answer_text", ["up", "blinky:up blinky:up", "nonsense", "-", "clyde:up"])
def test_an_answer_that_is_none_is_counted_and_the_arcade_decides(answer_text: str):
    team = Team.of(controller(Fake(lambda _: answer_text)))
    networked = NetworkedMatch(new_match(team, lives=1), team, StraightLine())
    events = run(networked, 400)
    assert not any(event.detail["chosen"] for event in events if event.kind == "exit")
    assert networked.schedule.counts.causes["illegal"] > 0
    verify(networked.match.close())


def test_four_functions_hunt_together_each_asked_for_its_own_ghost():
    fakes = {ghost: Fake(classic, name=f"fn_{ghost}") for ghost in GHOSTS}
    team = Team({ghost: controller(fake) for ghost, fake in fakes.items()})
    networked = NetworkedMatch(new_match(team, lives=1), team, StraightLine())
    run(networked)
    assert all(set().union(*fake.asked) == {ghost} for ghost, fake in fakes.items() if fake.asked)
    assert sum(bool(fake.asked) for fake in fakes.values()) >= 2
    name = networked.match.participant(SEAT).name
    assert name == "blinky:fn_blinky pinky:fn_pinky inky:fn_inky clyde:fn_clyde"


def test_one_ghosts_function_is_swapped_in_mid_match_and_the_record_names_both():
    old, new = Fake(classic, name="old"), Fake(last_exit, name="new")
    team = Team.of(controller(old))
    networked = NetworkedMatch(new_match(team, lives=1), team, StraightLine())
    run(networked, 500)
    networked.give(["blinky"], controller(new))
    asked_before = len(old.asked)
    for _ in range(400):
        networked.tick()
        assert all(
            choice.reply is None or choice.reply.name == "new"
            for choice in networked.choices
            if choice.ghost == "blinky"
        )
    assert new.asked
    assert all(asked == {"blinky"} for asked in new.asked)
    assert all("blinky" not in asked for asked in old.asked[asked_before:])
    record = networked.match.close()
    assert [one.name for one in record.participants if one.player == SEAT] == [
        "old",
        "blinky:new pinky:old inky:old clyde:old",
    ]
    verify(record)


def test_a_version_that_was_put_live_meanwhile_is_named_by_the_record():
    fake = Fake(classic, version="1")
    team = Team.of(controller(fake))
    networked = NetworkedMatch(new_match(team, lives=1), team, StraightLine())
    run(networked, 450)
    fake.version = "2"
    run(networked, 200)
    record = networked.match.close()
    ghosts = [index for index, one in enumerate(record.participants) if one.player == SEAT]
    assert [record.participants[index].version for index in ghosts] == ["1", "2"]
    assert {turn.participant for turn in record.turns if turn.player == SEAT} == set(ghosts)
