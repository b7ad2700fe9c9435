"""What every view of a match in a terminal shares: the match, what happened, and the lines around the board."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from client.games.words import account, event_text, quiet_events, score_text, winner_text
from client.net.turn_based_match import TurnBasedMatch
from client.replay.review import review_lines
from client.tty.grid import BAD, BOLD, DIM, GOOD, MARKED, PLAIN, WARNING
from games.core import GameError

if TYPE_CHECKING:
    from client.net.remote import OpponentInfo
    from client.replay.coach import Coach
    from client.scene_manager import Services, Setup
    from client.tty.grid import Grid
    from client.ui.inputs import Input

LEAST_WIDTH, LEAST_HEIGHT = 64, 20
"""Letters; with less there is no room for a board."""
HEAD = 3
"""Lines above the board."""
LEAST_LOG = 2
"""Lines of what happened, at least."""
RANDOM = "random"
Hint = tuple[str, str]
"""A key, and what it does."""


class View(Protocol):
    """What a person sees of one match, and does in it."""

    played: Played
    height: int
    """Lines that the board needs."""

    def handle(self, event: Input) -> None:
        """Act on one input; the match goes on."""

    def draw(self, grid: Grid, top: int, bottom: int) -> None:
        """Draw between two lines."""

    def hints(self) -> list[Hint]:
        """Return what can be done now."""

    def back(self) -> bool:
        """Take back what was begun; return False where there is nothing."""


class Played:
    """A match, what has happened, and what a person is told about the last input."""

    def __init__(self, services: Services, setup: Setup, name: str) -> None:
        self.match = TurnBasedMatch(services, setup, name)
        self.log: list[tuple[str, str]] = []
        """What happened, and its style."""
        self.told = ""
        """What was wrong with the last input."""
        self.changes = 0
        """Grows with everything that happens."""
        self._services = services
        self._coach: Coach | None = None
        """Looks for notes of the match once it is over."""
        self._quiet = quiet_events(setup.game)

    def tick(self) -> None:
        """Let the match go on."""
        for event in self.match.tick():
            self.changes += 1
            if event.kind not in self._quiet:
                self.log.append((event_text(event, self.match.names), PLAIN))
        for move in self.match.moves:
            self.changes += 1
            self.log.append((account(move, self.match.client.info.title), WARNING if move.metadata.fallback else DIM))

    def play(self, text: str) -> bool:
        """Play what ``text`` means; where it means nothing, say so and return False."""
        if not self.match.my_turn:
            self.told = "it is not your turn"
            return False
        try:
            self.match.play(self.match.sample() if text.casefold() == RANDOM else text)
        except GameError as error:
            self.told = str(error) if text else "type an action first"
            return False
        self.told = ""
        return True

    def swap(self, info: OpponentInfo) -> None:
        """Let another function take the opponent's seat."""
        self.match.swap(info)
        self.log.append((f"{info.title} takes over", PLAIN))
        self.changes += 1

    def review(self) -> None:
        """Let a coach look at the match, which is over; add what it says to what happened."""
        if self._coach is None:
            self._coach = self._services.coach(self.match.match.record())
        elif not self._coach.busy and self._coach.notes is not None and not self._reviewed:
            self._reviewed = True
            lines = review_lines(self.match.game.NAME, self._coach.notes, self.match.names)
            self.log += [(line, PLAIN) for line in lines]
            self.changes += 1

    _reviewed = False

    def close(self) -> None:
        """Leave the match, and what works beside it."""
        self.match.close()
        if self._coach is not None:
            self._coach.close()

    def status(self) -> tuple[str, str]:
        """Return what there is to know in a line, and its style."""
        outcome = self.match.match.outcome
        if outcome is not None:
            won = outcome.winner == self.match.me
            who = "You win" if won else winner_text(outcome, self.match.names)
            scores = score_text(self.match.game, outcome, self.match.names)
            return f"{who}: {outcome.reason} ({scores})", GOOD if won else BAD if outcome.winner else BOLD
        if self.told:
            return self.told, WARNING
        if self.match.my_turn:
            return "Your turn", GOOD
        return f"{self.match.client.info.title} thinks", DIM

    def draw_frame(self, grid: Grid, view: View, hints: list[Hint]) -> None:
        """Draw the lines around the board, and let the view draw the board."""
        info = self.match.client.info
        version = f" v{info.version}" if info.version else ""
        heading = f"{self.match.game.INFO.title}: {self.match.names[self.match.me]} against {info.title}"
        used = grid.write(heading, 1, 0, BOLD, grid.width - 2)
        grid.write(f"{info.name}{version} in the {self._services.where}", used + 3, 0, DIM, grid.width - used - 4)
        grid.write(*_at(self.status(), 1, 1, grid.width - 2))
        log = max(LEAST_LOG, grid.height - HEAD - view.height - 2)
        bottom = grid.height - 2 - log
        view.draw(grid, HEAD, bottom)
        trouble = self._services.trouble()
        lines = [*self.log[-log:], *([(trouble, WARNING)] if trouble else [])][-log:]
        for index, line in enumerate(lines):
            grid.write(*_at(line, 1, bottom + 1 + index, grid.width - 2))
        draw_hints(grid, hints)


def draw_hints(grid: Grid, hints: list[Hint]) -> None:
    """Write the help line."""
    x = 1
    for key, meaning in hints:
        x += grid.write(key, x, grid.height - 1, MARKED) + 1
        x += grid.write(meaning, x, grid.height - 1) + 2


def _at(line: tuple[str, str], x: int, y: int, within: int) -> tuple[str, int, int, str, int]:
    return line[0], x, y, line[1], within
