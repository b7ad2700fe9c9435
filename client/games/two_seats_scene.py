"""The scene of a person against one opponent: what is alike whatever the two play.  ``TwoSeats`` holds the match."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from client.scenes.review import Review
from client.scenes.settings import LONGEST_PAUSE_S
from client.scenes.swap import SwapScene
from client.ui import theme
from client.ui.widgets import Group

if TYPE_CHECKING:
    from client.games.two_seats import TwoSeats
    from client.net.remote import OpponentInfo
    from client.scene_manager import SceneManager, Setup
    from client.ui.canvas import Canvas
    from client.ui.inputs import Input
    from games.match import Match

BANNER_S = 2.4
BANNER_HEIGHT = 66.0
_STYLE = theme.Style("bold", 30, 1.5)


class TwoSeatsScene(ABC):
    """One match, in a game's own scene."""

    overlay = False

    def __init__(self, manager: SceneManager, setup: Setup, seats: TwoSeats) -> None:
        self.manager = manager
        self.setup = setup
        self._seats = seats
        self.banner: tuple[str, float] = ("", 0.0)
        """Words across the picture, and when they came."""
        self.refused: tuple[str, float] = ("", -9.0)
        """Why something was refused, and when."""
        self.lapse = 0.0
        """Seconds that this scene has been drawn for, standstills not counted."""
        self.buttons = Group([])
        self.on_board = True
        """Whether the cursor has the focus, rather than a button."""
        self.review = Review(manager, self, seats.match, seats.me, self._again)
        self._ended = False

    @property
    def name_of_foe(self) -> str:
        """Whom the person plays against now."""
        return self._seats.client.info.title

    @property
    def referee(self) -> Match:
        """The match itself."""
        return self._seats.match

    @property
    @abstractmethod
    def my_turn(self) -> bool:
        """Whether the person may act now."""

    @property
    def ended(self) -> bool:
        """Whether the match is over and all of it has been seen."""
        return self._ended

    @property
    def pause_s(self) -> float:
        """How long the opponent seems to think."""
        return self.manager.settings.enemy_pause * LONGEST_PAUSE_S

    @property
    def has_banner(self) -> bool:
        """Whether words stand across the picture now."""
        words, came = self.banner
        return bool(words) and self.lapse - came < BANNER_S

    @abstractmethod
    def handle(self, event: Input) -> None:
        """Act on one input."""

    @abstractmethod
    def tick(self) -> None:
        """Let the match go on."""

    @abstractmethod
    def draw(self, canvas: Canvas, alpha: float) -> None:
        """Draw everything."""

    def leave(self) -> None:
        """Close the match, finished or not."""
        self._seats.close()
        self.review.close()

    def open_swap(self) -> None:
        """Show who could take the opponent's seat."""
        self.manager.push(SwapScene(self.manager, self.setup.game, self._seats.client.info, self._swap))

    @abstractmethod
    def _again(self) -> None:
        """Begin another match against the same opponent."""

    def _swap(self, info: OpponentInfo) -> None:
        self._seats.swap(info)
        self.manager.sounds.play("swap")
        self.banner = (f"{info.title} takes over", self.lapse)

    def _explain(self) -> None:
        """Show, or no longer, what the opponent thinks; it is asked to say so from its next move on."""
        self._seats.explain = not self._seats.explain
        self.manager.sounds.play("turn")

    def _hint(self) -> None:
        """Ask what the opponent's function would play; the match then rates nobody."""
        seats = self._seats
        if self.my_turn:
            seats.hint.ask(seats.client, seats.match, seats.me)
        else:
            self._refuse("It is not your turn")

    def _refuse(self, why: str = "") -> None:
        self.refused = (why, self.lapse)
        self.manager.sounds.play("refuse")

    def _end(self) -> None:
        """Note that the match is over and has been seen."""
        self._ended = True
        outcome = self._seats.match.outcome
        self.manager.sounds.play("won" if outcome is not None and outcome.winner == self._seats.me else "lost")


def draw_banner(
    canvas: Canvas, banner: tuple[str, float], now: float, at: tuple[float, float], most: float, *, still: bool
) -> None:
    """Draw words that came a while ago, rising and fading; ``at``: the middle of the upper edge, ``most``: how wide."""
    words, came = banner
    age = now - came
    if not words or not 0 <= age < BANNER_S:
        return
    strength = min(1.0, age * 6, (BANNER_S - age) * 2)
    middle, top = at[0], at[1] + (0 if still else 14 * (1 - min(1.0, age * 4)))
    wide = min(most, canvas.measure(words, _STYLE) + 80)
    box = (middle - wide / 2, top, wide, BANNER_HEIGHT)
    canvas.panel(box, theme.ABYSS, theme.SIGNAL, 14, 0.9, 1.6, fade=strength)
    canvas.text(words, middle, top + 17, _STYLE, theme.FOAM, align="centre", alpha=strength, within=wide - 30)
