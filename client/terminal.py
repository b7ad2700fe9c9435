"""A match in the terminal, for where there is no window: the same rules, functions and records, and ASCII boards.

In ``show_match`` a program takes the person's seat, so that the match plays itself and comes to an end.  In
``play_match`` a person plays any turn-based game, line by line, through a pipe, too; ``client.tty`` fills a terminal.
"""

from __future__ import annotations

import sys
from random import Random
from time import monotonic, sleep
from typing import TYPE_CHECKING

from rich.columns import Columns
from rich.console import Group
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from client.console import PlainConsole, legible
from client.games.words import account, event_text, quiet_events, score_text, winner_text
from client.net.opponent_client import participant
from client.net.turn_based_match import TurnBasedMatch
from games.catalog import find_game
from games.core import GameError
from games.fairness import Pledge
from games.match import IN_PROCESS, Match
from games.record import BOT, Participant

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, TextIO

    from rich.console import RenderableType

    from client.net.opponent_client import OpponentClient
    from client.net.request_pool import Move
    from client.scene_manager import Services, Setup
    from games.core import Event, Opponent, Player
    from games.match import MoveMetadata
    from games.record import GameRecord

SPEED_UP = 3
"""How many times as fast as for a person a game in real time is shown."""
LONGEST_S = 40.0
"""A match that is not over by then is left, and recorded as such."""
FRAME_S = 0.1
POLL_S = 0.002
LINES_KEPT = 8
MOST_LISTED = 40
"""Actions that are listed before they are asked for."""
QUIT, RANDOM = "quit", "random"
HELP = "type an action, its number or a part of it; random plays any, ? lists them, quit leaves"


def show_match(
    services: Services,
    setup: Setup,
    name: str,
    bot: Opponent,
    *,
    console: PlainConsole | None = None,
    longest_s: float = LONGEST_S,
    pace_s: float | None = None,
) -> GameRecord:
    """Let ``bot`` play the opponent of ``setup``, show it, and return the record.

    On a terminal the boards move; in a file or a pipe, where nobody watches, lines follow each other without a pause.
    """
    console = console or PlainConsole()
    show = _Show(services, setup, name, bot)
    until = monotonic() + longest_s
    if console.is_terminal:
        with Live(show.picture(), console=console, auto_refresh=False, screen=False) as live:
            for due in show.play(until, show.pace_s if pace_s is None else pace_s):
                if due:
                    live.update(show.picture(), refresh=True)
            live.update(show.picture(), refresh=True)
    else:
        console.print(f"{setup.opponent.title} ({setup.opponent.name} v{setup.opponent.version}) against {name}")
        for _ in show.play(until, 0.0):
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

    def __init__(self, services: Services, setup: Setup, name: str, bot: Opponent) -> None:
        self._setup = setup
        self._name = name
        self._bot = bot
        self._client: OpponentClient = services.connect(setup.opponent)
        game = find_game(setup.game)
        self.pace_s = 1 / game.INFO.steps_per_second / (SPEED_UP if game.INFO.real_time else 1)
        """The shortest time that a step takes."""
        self._quiet = quiet_events(setup.game)
        self._me: Player = game.INFO.person
        others = [player for player in game.PLAYERS if player != self._me]
        self._names = {self._me: name, **dict.fromkeys(others, setup.opponent.title)}
        self._answers = self._fallbacks = 0
        self._lines: list[str] = []
        self._told = 0
        self._last: Move | None = None
        self.match = Match(
            game,
            {
                self._me: Participant(self._me, BOT, name),
                **{player: participant(setup.opponent, player) for player in others},
            },
            seed=services.new_seed(),
            policy_seed=services.new_seed(),
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
            return self._bot(self.match.ask(player), random), IN_PROCESS
        asked = self._client.ask(self.match, player)
        while (move := asked.poll()) is None:
            sleep(POLL_S)
        self._last = move
        self._answers += 1
        self._fallbacks += move.metadata.fallback is not None
        return move.action, move.metadata

    def _note(self, event: Event) -> None:
        """Keep a line about what happened, unless it is one of the many small things."""
        if event.kind in self._quiet:
            return
        line = event_text(event, self._names)
        if event.player not in {None, self._me} and self._last is not None:
            line += f"   {account(self._last, self._setup.opponent.title)}"
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
        facts.add_row("last answer", account(self._last, info.title) if self._last is not None else "none yet")
        facts.add_row("answers", f"{self._answers}, {self._fallbacks} of them by a stand-in")
        lines = Text(legible("\n".join(self._lines[-LINES_KEPT:])))
        return Group(boards, facts, lines)

    def ending(self) -> str:
        """Return how the match ended, in a line."""
        outcome = self.match.outcome
        counts = f"{self._answers} answers, {self._fallbacks} by a stand-in"
        if outcome is None:
            return f"time is up: the match is left after {self.match.step_number} steps ({counts})"
        scores = score_text(self.match.game, outcome, self._names)
        return f"{winner_text(outcome, self._names)}: {outcome.reason} ({scores}; {counts})"


def play_match(
    services: Services, setup: Setup, name: str, *, console: PlainConsole | None = None, lines: TextIO | None = None
) -> GameRecord:
    """Let a person, whose actions are read from ``lines`` (standard input), play a turn-based game; return the record.

    Where the lines end, the match is left.  Raises GameError for a game in real time.
    """
    check_turn_based(setup.game)
    console = console or PlainConsole()
    pledge = Pledge.of(services.new_secret())
    if find_game(setup.game).INFO.chance:
        pledge = _ask_for_word(pledge, console, lines or sys.stdin)
    played = TurnBasedMatch(services, setup, name, pledge)
    console.print(f"{setup.opponent.title} ({setup.opponent.name} v{setup.opponent.version}) against {name}: {HELP}")
    try:
        _wait_for_person(played, console)
        while not played.over and _act(played, console, lines or sys.stdin):
            _wait_for_person(played, console)
    finally:
        played.close()
    console.print(_side_by_side(played.board))
    outcome = played.match.outcome
    if outcome is None:
        console.print(f"the match is left after {played.match.step_number} steps")
    else:
        scores = score_text(played.game, outcome, played.names)
        console.print(f"{winner_text(outcome, played.names)}: {outcome.reason} ({scores})", soft_wrap=True)
    return played.match.record()


def _ask_for_word(pledge: Pledge, console: PlainConsole, lines: TextIO) -> Pledge:
    """Show what is promised, and return the pledge with a word of the person; a pipe is not asked for one."""
    console.print(f"chance is promised: {pledge.commitment} (docs/fair-dice.md)", soft_wrap=True)
    if not lines.isatty():
        return pledge
    console.print("a word of yours that goes into it, or nothing: ", end="")
    return Pledge.of(pledge.secret, lines.readline())


def check_turn_based(game: str) -> None:
    """Raise GameError for a game in real time: nobody plays that line by line."""
    info = find_game(game).INFO
    if info.real_time:
        raise GameError(f"{info.title} is played in real time and needs a window; without --terminal one opens")


def _wait_for_person(played: TurnBasedMatch, console: PlainConsole) -> None:
    """Let the match go on to the person's turn, or to its end, and tell what happens."""
    quiet = quiet_events(played.game.NAME)
    while True:
        for event in played.tick():
            if event.kind not in quiet:
                console.print(event_text(event, played.names), soft_wrap=True)
        for move in played.moves:
            console.print(f"   {account(move, played.client.info.title)}", soft_wrap=True)
        if played.over or played.my_turn:
            return
        sleep(POLL_S)


def _act(played: TurnBasedMatch, console: PlainConsole, lines: TextIO) -> bool:
    """Show the board and what may be played, and read lines until one is an action; return False to leave."""
    console.print(_side_by_side(played.board))
    legal = played.legal_actions()
    texts = None if legal is None else list(legal)
    if texts is None:
        console.print(f"too many actions to list, such as {played.sample()}", soft_wrap=True)
    else:
        _list_actions(texts, console, whole=len(texts) <= MOST_LISTED)
    while True:
        console.print("> ", end="")
        line = lines.readline()
        typed = line.strip()
        if not line or typed.casefold() == QUIT:
            console.print()
            return False
        if typed == "?":
            if texts is not None:
                _list_actions(texts, console, whole=True)
            console.print(HELP)
            continue
        meant = played.sample() if typed.casefold() == RANDOM else _meant(typed, texts or [])
        if isinstance(meant, list):
            console.print(f"which of {', '.join(meant[:MOST_LISTED])}?", soft_wrap=True)
            continue
        try:
            played.play(meant)
        except GameError as error:
            console.print(f"{error}" if typed else HELP, soft_wrap=True)
            continue
        console.print(f"you play {meant}", soft_wrap=True)
        return True


def _meant(typed: str, texts: list[str]) -> str | list[str]:
    """Return the action that ``typed`` is, numbers, or is a part of; several where it is a part of several."""
    wanted = typed.casefold()
    same = [text for text in texts if text.casefold() == wanted]
    if same:
        return same[0]
    if typed.isascii() and typed.isdigit() and 0 < int(typed[:9]) <= len(texts):
        return texts[int(typed[:9]) - 1]
    holding = [text for text in texts if wanted and wanted in text.casefold()]
    return holding if len(holding) > 1 else (*holding, typed)[0]


def _list_actions(texts: list[str], console: PlainConsole, *, whole: bool) -> None:
    if whole:
        numbered = [Text(f"{number:>3} {text}") for number, text in enumerate(texts, 1)]
        console.print(Columns(numbered, padding=(0, 2)))
    else:
        console.print(f"{len(texts)} actions, from {texts[0]} to {texts[-1]}; ? lists them")


def _side_by_side(board: str) -> RenderableType:
    """Return a board whose parts, between which a line is empty, lie side by side where there is room."""
    return Columns([Text(part) for part in board.rstrip().split("\n\n")], padding=(0, 4))
