"""A match with something said about it: a lesson, the daily challenge, a show.  The match is the scene below."""

from __future__ import annotations

from abc import ABC, abstractmethod
from random import Random
from typing import TYPE_CHECKING

import pygame

from client.guides import daily_seed, guide_of, today
from client.net.fallback import fallback_action
from client.scene_manager import EVERY
from client.scenes.pause import PauseScene
from client.scenes.practice import open_practice
from client.ui import theme
from client.ui.inputs import ACCEPT, BACK, LEFT_BUTTON, RIGHT_BUTTON, SWAP, TURN, Command, Pointer
from client.ui.widgets import hint_line, inside
from games.catalog import find_game

if TYPE_CHECKING:
    from collections.abc import Mapping

    from client.scene_manager import SceneManager
    from client.ui.canvas import Box, Canvas
    from client.ui.inputs import Input
    from games.core import Json
    from games.match import Match

BESIDE: Box = (976.0, 330.0, 278.0, 262.0)
"""Below who plays, where every game leaves room for it."""
END: Box = (290.0, 250.0, 700.0, 190.0)
SEEN_TICKS = 240
"""For so long the end of a match is seen before something is said about it."""
SHOW_PACE = 20.0
"""Pictures a second of a show: nobody steers."""
SHOW_TICKS = 90 * 60


class Guided(ABC):
    """What lies over the match: it hands input and time down, until it is ``done``."""

    overlay = True

    def __init__(
        self, manager: SceneManager, game: str, options: Mapping[str, Json] | None = None, seed: int | None = None
    ) -> None:
        self._manager = manager
        self._game = game
        self.scene, self._hands = open_practice(manager, game, options, seed)
        self._ended = 0
        """Ticks since the match has ended."""

    @property
    def match(self) -> Match:
        """The match below."""
        return self._hands.referee

    @property
    def pace(self) -> float:
        """As many pictures as the match needs."""
        pace: float = getattr(self.scene, "pace", EVERY)
        return pace

    @property
    def done(self) -> bool:
        """Whether there is nothing more to play."""
        return self._ended > SEEN_TICKS

    @property
    @abstractmethod
    def words(self) -> tuple[str, str]:
        """What is said in large and in small print."""

    def handle(self, event: Input) -> None:
        """Play; when all is done, leave or begin again."""
        if self.done:
            self._after(_pressed(event))
            return
        if isinstance(event, Command) and event.name == SWAP:
            return  # the opponent of a practice match stays
        self._hands.handle(event)
        if self._manager.scenes[-1] is not self and not isinstance(self._manager.scenes[-1], PauseScene):
            self._manager.pop()

    def _after(self, name: str) -> None:
        """Act on a command when all is done."""
        if name == TURN:
            self.again()
        elif name == BACK:
            self._manager.to_menu()
        elif name == ACCEPT:
            self.accept()

    def tick(self) -> None:
        """Let the match go on."""
        if not self.done:
            self._hands.tick()
            self._ended += self.match.outcome is not None

    def draw(self, canvas: Canvas, alpha: float) -> None:  # noqa: ARG002 - the match below moves
        """Draw what is said, above the match."""
        large, small = self.words
        left, top, width, height = box = END if self.done else BESIDE
        if self.done:
            canvas.dim()
        canvas.panel(box, theme.DEEP, theme.SIGNAL, 14, 1.0, 1.6)
        used = canvas.paragraph(large, (left + 22, top + 20, width - 44, height - 110), theme.SUBHEADING, theme.FOAM)
        below = top + 30 + used
        canvas.paragraph(small, (left + 22, below, width - 44, top + height - 40 - below), theme.SMALL, theme.MIST)
        hint_line(canvas, self._manager.device, self.hints, left + 22, top + height - 34)

    @property
    def hints(self) -> list[tuple[str, str]]:
        """What can be done besides playing."""
        return [(ACCEPT, "go on"), (TURN, "again"), (BACK, "menu")] if self.done else [(BACK, "pause, leave")]

    def leave(self) -> None:  # noqa: B027 - every scene has it, and no guided one holds anything
        """The scene below is left by itself."""

    def accept(self) -> None:
        """Go on from the end."""
        self._manager.to_menu()

    def again(self) -> None:
        """Begin anew."""
        start(self._manager, type(self)(self._manager, self._game))


class LessonScene(Guided):
    """The first steps in a game, one after the other."""

    def __init__(self, manager: SceneManager, game: str) -> None:
        self._guide = guide_of(game)
        super().__init__(manager, game, self._guide.lesson_options)
        self._step = 0

    @property
    def done(self) -> bool:
        """Whether every step was done."""
        return self._step >= len(self._guide.lesson) or super().done

    @property
    def words(self) -> tuple[str, str]:
        """The step that is to be done."""
        if self._step >= len(self._guide.lesson):
            return "That is all there is to it. Well done!", "The lesson can be taken again from the menu."
        if super().done:
            return "The match is over before the lesson was.", "Take it again, or go to the menu."
        count = f"Step {self._step + 1} of {len(self._guide.lesson)}; nothing is kept of a lesson"
        return self._guide.lesson[self._step].words(self.match), count

    def tick(self) -> None:
        """Let the match go on, and see what has been done."""
        super().tick()
        if not self.done and self._guide.lesson[self._step].done(self.match):
            self._step += 1
            self._manager.sounds.play("accept")
            self._manager.refresh()


class DailyScene(Guided):
    """The day's match: its seed is everybody's, and how it ended is a line of text to share."""

    def __init__(self, manager: SceneManager, game: str) -> None:
        self._day = today()
        self._copied = ""
        super().__init__(manager, game, seed=daily_seed(game, self._day))

    @property
    def words(self) -> tuple[str, str]:
        """What this is; at the end, the line."""
        if self.done:
            return self.line, self._copied or "This line can be copied. The next challenge comes at midnight UTC."
        title = find_game(self._game).INFO.title
        return f"{title}, the challenge of {self._day}", "Everybody meets the same; it rates nobody"

    @property
    def line(self) -> str:
        """How it went, in a line."""
        return daily_line(self.match, self._day)

    @property
    def hints(self) -> list[tuple[str, str]]:
        """At the end, accept copies the line."""
        return [(ACCEPT, "copy"), *super().hints[1:]] if self.done else super().hints

    def accept(self) -> None:
        """Copy the line."""
        try:
            pygame.scrap.put_text(self.line)
            self._copied = "Copied."
        except pygame.error as error:
            self._copied = f"It cannot be copied here ({error})."
        self._manager.refresh()


class ShowScene(Guided):
    """Two policies of this process play; whatever is pressed ends it."""

    def __init__(self, manager: SceneManager, game: str) -> None:
        self._ticks = 0
        self._person = guide_of(game).show
        super().__init__(manager, game)
        manager.sounds.mute(muted=True)

    @property
    def pace(self) -> float:
        """Fewer pictures than a person needs."""
        return min(super().pace, SHOW_PACE)

    @property
    def hints(self) -> list[tuple[str, str]]:
        """Whatever is pressed does the same."""
        return []

    @property
    def words(self) -> tuple[str, str]:
        """What this is."""
        return f"{find_game(self._game).INFO.title}: two programs play", "Press anything to play yourself"

    def handle(self, event: Input) -> None:
        """End."""
        if not (isinstance(event, Pointer) and event.kind == "move"):
            self._end()

    def tick(self) -> None:
        """Let the match go on, and act for the person."""
        self._ticks += 1
        if self._ticks > SHOW_TICKS or self.done or self._manager.away:
            self._end()
            return
        if self._hands.my_turn and self.match.outcome is None:
            person = self.match.game.INFO.person
            random = Random(self.match.seed_for(person))  # noqa: S311 - a game, not a secret
            asked = self.match.ask(person)
            action = self._person(asked, random) if self._person else fallback_action(self._game, asked, random)
            self._hands.act(action)
        self._hands.tick()
        self._ended += self.match.outcome is not None

    def leave(self) -> None:
        """Let sounds be heard again."""
        self._manager.sounds.mute(muted=self._manager.away)

    def _end(self) -> None:
        self._manager.pop()
        self._manager.pop()


def _pressed(event: Input) -> str:
    """Return the command that was pressed, or that a click on what is said means; empty for none."""
    if isinstance(event, Pointer) and event.kind == "press" and inside(END, event.x, event.y):
        return {LEFT_BUTTON: ACCEPT, RIGHT_BUTTON: TURN}.get(event.button, "")
    return event.name if isinstance(event, Command) and not event.repeat else ""


def start(manager: SceneManager, guided: Guided) -> None:
    """Show a guided match, and nothing else."""
    manager.replace(guided.scene)
    manager.push(guided)


def daily_line(match: Match, day: str) -> str:
    """Return how a challenge went, as a line to share: the day, the game, and everybody's score."""
    game = match.game
    outcome = match.outcome
    head = f"Lambda Arcade {day} {game.INFO.title}"
    if outcome is None:
        return f"{head}: not finished"
    person = game.INFO.person
    swapped = ", against somebody else" if len(match.record().participants) > len(game.PLAYERS) else ""
    ended = "won" if outcome.winner == person else "lost" if outcome.winner is not None else "over"
    others = [str(score) for player, score in outcome.scores.items() if player != person and not game.INFO.real_time]
    against = f" to {', '.join(others)}" if others else ""
    return f"{head}: {ended}, {outcome.scores.get(person, 0)}{against} {game.INFO.score}{swapped}"
