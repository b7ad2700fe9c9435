"""A match in the terminal, for where there is no window: the same rules, functions and records, and ASCII boards.

A program sits in the person's seat, so that the match plays itself and comes to an end.
"""

from __future__ import annotations

import secrets
from random import Random
from time import monotonic, sleep
from typing import TYPE_CHECKING

from rich.columns import Columns
from rich.console import Console, Group
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from client.net.opponent_client import participant
from games.catalog import find_game
from games.match import IN_PROCESS, Match
from games.record import BOT, Participant

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from rich.console import RenderableType

    from client.net.opponent_client import OpponentClient
    from client.net.request_pool import Move
    from client.scene_manager import Services, Setup
    from games.core import Event, Opponent, Player
    from games.match import MoveMetadata
    from games.record import GameRecord

SEAT = {"battleship": "one", "pacman": "pacman"}
"""The person's seat."""
PACE_S = {"battleship": 0.15, "pacman": 1 / 180}
"""The shortest time a step takes; in Pac-Man, where a step is a tick, three times the arcade's speed."""
LONGEST_S = 40.0
"""A match that is not over by then is left, and recorded as such."""
FRAME_S = 0.1
POLL_S = 0.002
LINES_KEPT = 8
SMALL = frozenset({"dot", "turned", "exit", "mode", "placed"})
"""Events that come too often to be metadata."""


def show_match(
    services: Services,
    setup: Setup,
    name: str,
    stand: Opponent,
    *,
    console: Console | None = None,
    longest_s: float = LONGEST_S,
    pace_s: float | None = None,
) -> GameRecord:
    """Let ``stand`` play the opponent of ``setup``, show it, and return the record.

    On a terminal the boards move; where output goes to a file or a pipe, they are printed every now and then.
    """
    console = console or Console(highlight=False)
    show = _Show(services, setup, name, stand)
    pace = PACE_S.get(setup.game, 0.1) if pace_s is None else pace_s
    until = monotonic() + longest_s
    if console.is_terminal:
        with Live(show.picture(), console=console, auto_refresh=False, screen=False) as live:
            for due in show.play(until, pace):
                if due:
                    live.update(show.picture(), refresh=True)
            live.update(show.picture(), refresh=True)
    else:
        console.print(f"{setup.opponent.title} ({setup.opponent.name} v{setup.opponent.version}) against {name}")
        for _ in show.play(until, pace):
            for line in show.fresh():
                console.print(line, soft_wrap=True)
        for line in show.fresh():
            console.print(line, soft_wrap=True)
        console.print(show.boards())
    record = show.match.close()
    services.finished(record)
    console.print(show.ending(), soft_wrap=True)
    return record


class _Show:
    """The match, and what can be seen of it."""

    def __init__(self, services: Services, setup: Setup, name: str, stand: Opponent) -> None:
        self._setup = setup
        self._name = name
        self._stand = stand
        self._client: OpponentClient = services.connect(setup.opponent)
        game = find_game(setup.game)
        self._me: Player = SEAT.get(setup.game, game.PLAYERS[0])
        self._foe: Player = next(player for player in game.PLAYERS if player != self._me)
        self._answers = self._fallbacks = 0
        self._lines: list[str] = []
        self._told = 0
        self._last: Move | None = None
        self.match = Match(
            game,
            {
                self._me: Participant(self._me, BOT, name),
                self._foe: participant(setup.opponent, self._foe),
            },
            seed=secrets.randbits(63),
            policy_seed=secrets.randbits(63),
            options=setup.options,
            journal=services.journal(),
        )

    def play(self, until: float, pace_s: float) -> Iterator[bool]:
        """Play until the end or until the clock shows ``until``; yield after each step, True when a picture is due."""
        due = shown = monotonic()
        while self.match.outcome is None and monotonic() < until:
            for player in self.match.to_act():
                action, metadata = self._decide(player)
                self.match.submit(player, action, metadata)
            for event in self.match.advance():
                self._note(event)
            now = monotonic()
            yield now - shown >= FRAME_S
            if now - shown >= FRAME_S:
                shown = now
            due = max(due + pace_s, now - FRAME_S)
            sleep(max(0.0, due - now))

    def _decide(self, player: Player) -> tuple[Any, MoveMetadata]:
        if player == self._me:
            random = Random(self.match.seed_for(player))  # noqa: S311 - a game, not a secret
            return self._stand(self.match.ask(player), random), IN_PROCESS
        asked = self._client.ask(self.match, player)
        while (move := asked.poll()) is None:
            sleep(POLL_S)
        self._last = move
        self._answers += 1
        self._fallbacks += move.metadata.fallback is not None
        return move.action, move.metadata

    def _note(self, event: Event) -> None:
        """Keep a line about what happened, unless it is one of the many small things."""
        if event.kind in SMALL:
            return
        who = {self._me: self._name, self._foe: self._setup.opponent.title}.get(event.player or "", "")
        detail = " ".join(str(value) for value in event.detail.values() if isinstance(value, str | int))
        line = " ".join(part for part in (who, event.kind.replace("_", " "), detail) if part)
        if event.player == self._foe and self._last is not None:
            line += f"   {_account(self._last)}"
        self._lines.append(line)

    def fresh(self) -> list[str]:
        """Return the lines since the last call."""
        lines = self._lines[self._told :]
        self._told = len(self._lines)
        return lines

    def boards(self) -> str:
        """Return the boards as the person sees them; at the end, as they are."""
        viewer = self._me if self.match.outcome is None else None
        return self.match.game.board(self.match.state, viewer)

    def picture(self) -> RenderableType:
        """Return boards, the last events and the last move."""
        info = self._setup.opponent
        boards = Columns([Panel(Text(part), border_style="cyan") for part in self.boards().split("\n\n")])
        facts = Table.grid(padding=(0, 2))
        facts.add_row("opponent", f"{info.title}  ({info.name} v{info.version})")
        facts.add_row("person's seat", self._name)
        facts.add_row("last answer", _account(self._last) if self._last is not None else "none yet")
        facts.add_row("answers", f"{self._answers}, {self._fallbacks} of them by a stand-in")
        lines = Text("\n".join(self._lines[-LINES_KEPT:]))
        return Group(boards, facts, lines)

    def ending(self) -> str:
        """Return how the match ended, in a line."""
        outcome = self.match.outcome
        counts = f"{self._answers} answers, {self._fallbacks} by a stand-in"
        if outcome is None:
            return f"time is up: the match is left after {self.match.step_number} steps ({counts})"
        names = {self._me: self._name, self._foe: self._setup.opponent.title}
        scores = ", ".join(f"{names[player]} {score}" for player, score in outcome.scores.items())
        winner = names.get(outcome.winner or "", "nobody")
        return f"{winner} wins: {outcome.reason} ({scores}; {counts})"


def _account(move: Move) -> str:
    """Return how an answer came to be."""
    metadata = move.metadata
    if metadata.fallback is not None:
        return f"{metadata.fallback.upper()}: a stand-in played ({move.detail})"
    cold = "cold" if metadata.cold else "warm"
    times = f"{metadata.latency_ms or 0:.1f} ms, computed in {metadata.compute_ms or 0:.1f} ms"
    return f"{move.name} v{move.version}: {times}, {cold}"
