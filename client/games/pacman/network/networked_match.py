"""One match of Pac-Man against functions, tick by tick: what the window, the terminal and the study all run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ai_functions.runtime.protocol import MoveRequest
from client.games.pacman.network.controllers import SEAT
from client.games.pacman.network.messages import CLASSIC
from client.games.pacman.network.schedule import Schedule
from games.match import MoveMetadata
from games.pacman.rules import decisions

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from client.games.pacman.network.controllers import Controller, Team
    from client.games.pacman.network.messages import Ask, AskResult, Choice
    from client.games.pacman.network.transport import Line
    from games.core import Event, Json
    from games.match import Match
    from games.pacman.names import Direction, GhostName
    from games.pacman.observation import Decision, Observation


class NetworkedMatch:
    """A match whose ghosts are moved by ``team``; ``tick`` never waits.

    ``explain`` asks the functions to explain themselves from now on.
    """

    def __init__(self, match: Match, team: Team, line: Line) -> None:
        self.match = match
        self.team = team
        self.schedule = Schedule({ghost: controller.key for ghost, controller in team.controllers.items()})
        self.explain = False
        self.choices: list[Choice] = []
        """What was decided in the last tick."""
        self.replies: list[AskResult] = []
        """What has come back in the last tick."""
        self._line = line
        self._seen: tuple[int, Observation] = (match.step_number, match.observe(SEAT))
        self._wish: Direction | None = None
        self._explained: dict[GhostName, tuple[Decision, Json]] = {}

    @property
    def observation(self) -> Observation:
        """What the screen shows now."""
        if self._seen[0] != self.match.step_number:
            self._seen = (self.match.step_number, self.match.observe(SEAT))
        return self._seen[1]

    @property
    def explained(self) -> list[tuple[Decision, Json]]:
        """What the functions said about the junctions that are still ahead, the newest last."""
        ahead = {(item.ghost, item.junction, item.heading) for item in self.observation.decide}
        return [
            (decision, told)
            for decision, told in self._explained.values()
            if self.explain and (decision.ghost, decision.junction, decision.heading) in ahead
        ]

    def give(self, ghosts: Iterable[GhostName], controller: Controller) -> None:
        """Let another function move these ghosts from now on; the record will name it."""
        ghosts = list(ghosts)
        self.team = self.team.give(ghosts, controller)
        for ghost in ghosts:
            self.schedule.drive(ghost, controller.key)
        self.match.seat(self.team.participant())

    def tick(self, wish: Direction | None = None) -> tuple[Event, ...]:
        """Let one tick pass.  ``wish`` is where Pac-Man wants to go; None leaves it as it was."""
        for ask in self.schedule.look(self.match.step_number, decisions(self.match.state)):
            self._send(ask)
        self.replies = self._line.collect()
        for reply in self.replies:
            ask = self.schedule.take(reply)
            if reply.explanation is not None:
                for ghost, question in ask.questions.items():
                    self._explained.pop(ghost, None)
                    self._explained[ghost] = question.decision, reply.explanation
        self.choices = self.schedule.settle()
        if self.choices:
            self._play(self.choices)
        if wish is not None and wish != self._wish:
            self.match.submit("pacman", wish)
            self._wish = wish
        events = self.match.advance()
        for event in events:
            self._note(event)
        return events

    def _send(self, ask: Ask) -> None:
        ghost = next(iter(ask.questions))
        answerer = self.team.controllers[ghost].answerer
        request = MoveRequest(
            game=self.match.game.NAME,
            match_id=self.match.match_id,
            turn=self.match.step_number,
            seed=self.match.seed_for(SEAT),
            observation=None,
            last_latency_ms=answerer.last_latency_ms,
            explain=self.explain,
        )
        self._line.send(ask, answerer, request, self.observation)

    def _play(self, choices: Sequence[Choice]) -> None:
        team = self.team
        for choice in choices:
            if choice.reply is not None:
                team = team.identified(choice.reply, choice.ghost)
        if team is not self.team:
            self.team = team
            self.match.seat(team.participant())
        exits = {choice.ghost: choice.exit for choice in choices if choice.exit is not None}
        self.match.submit(SEAT, exits, metadata_of(choices))

    def _note(self, event: Event) -> None:
        if event.kind == "exit":
            self.schedule.passed(str(event.detail["ghost"]))
        elif event.kind == "ready":
            self.schedule.clear()
            self._wish = None


def metadata_of(choices: Sequence[Choice]) -> MoveMetadata:
    """Return how one tick's choices came to be.

    When one ghost of several fell back, the turn counts as a fallback: it then neither rates nor trains anyone.
    """
    replies = [choice.reply for choice in choices if choice.reply is not None]
    causes = [choice.cause for choice in choices if choice.kind == CLASSIC and choice.cause is not None]
    return MoveMetadata(
        latency_ms=max((round(reply.latency_ms, 2) for reply in replies), default=None),
        compute_ms=max((reply.compute_ms for reply in replies if reply.compute_ms is not None), default=None),
        cold=any(reply.cold for reply in replies) if replies else None,
        fallback=causes[0] if causes else None,
        note=" ".join(f"{choice.ghost}:{choice.kind}" for choice in choices),
        request_id=next((reply.request_id for reply in replies if reply.request_id), None),
        proofs=tuple(dict.fromkeys(reply.proof for reply in replies if reply.proof is not None)),
    )
