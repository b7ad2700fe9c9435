"""A person at a terminal: whom to play, the match, another one.  Whoever shows it feeds input and draws the grid."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from client.scene_manager import Setup
from client.tty import plain
from client.tty.choice import Choice
from client.tty.grid import BOLD, DIM, WARNING, Grid
from client.tty.played import HEAD, LEAST_HEIGHT, LEAST_WIDTH, Played, draw_hints
from client.ui.inputs import ACCEPT, BACK, SWAP, Command, Pointer
from games.catalog import find_game, find_part

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from client.net.remote import OpponentInfo
    from client.scene_manager import Services
    from client.tty.played import View
    from client.ui.inputs import Input


class Page(Protocol):
    """What fills the terminal now."""

    def handle(self, event: Input) -> None:
        """Act on one input."""

    def tick(self) -> int:
        """Let things go on; return a number that grows with what has changed."""

    def draw(self, grid: Grid) -> None:
        """Draw everything."""


class TerminalGame:
    """The pages, of which the last one is seen; ``over`` when the person has left."""

    def __init__(self, services: Services, first: Setup | None, name: str) -> None:
        self.services = services
        self.name = name
        self.over = False
        self.matches: list[Played] = []
        """Every match that was begun."""
        self._page: Page
        if first is None:
            self.choose()
        else:
            self.play(first)

    def handle(self, event: Input) -> None:
        """Act on one input."""
        self._page.handle(event)

    def tick(self) -> int:
        """Let things go on; return a number that is another one whenever something has changed."""
        return self._page.tick() * 1000 + len(self.matches)

    def draw(self, width: int, height: int) -> Grid:
        """Return the letters of a terminal of this size."""
        grid = Grid(width, height)
        if width < LEAST_WIDTH or height < LEAST_HEIGHT:
            grid.write(f"{width} x {height} letters are too few", 0, 0, WARNING)
            grid.write(f"{LEAST_WIDTH} x {LEAST_HEIGHT} are needed; the match waits", 0, 1)
        else:
            self._page.draw(grid)
        return grid

    def choose(self) -> None:
        """Show who can be played, in any turn-based game."""
        infos = [info for info in self.services.fetch() if not find_game(info.game).INFO.real_time]
        self._page = ChoosePage(self, "Whom do you want to play?", infos, self._begin, self.leave)

    def play(self, setup: Setup) -> None:
        """Begin a match."""
        played = Played(self.services, setup, self.name)
        own = find_part(setup.game, "tty", "client.games") or plain
        self.matches.append(played)
        self._page = MatchPage(self, setup, own.open_view(played))

    def show(self, page: Page) -> None:
        """Put another page in the place of the one that is seen."""
        self._page = page

    def leave(self) -> None:
        """End: a match that goes on is left."""
        self.over = True
        for played in self.matches:
            played.close()

    def _begin(self, info: OpponentInfo) -> None:
        self.play(Setup(info.game, info, {}))


class ChoosePage:
    """A list of opponents; ``take`` gets the one that is chosen, ``back`` is called when none is."""

    def __init__(
        self,
        game: TerminalGame,
        title: str,
        infos: Sequence[OpponentInfo],
        take: Callable[[OpponentInfo], None],
        back: Callable[[], None],
    ) -> None:
        self._title = title
        self._trouble = game.services.trouble
        self._infos = {_told(info): info for info in infos}
        self._choice = Choice(list(self._infos), columns=1)
        self._take, self._back = take, back

    def handle(self, event: Input) -> None:
        """Choose, take, or go back."""
        if isinstance(event, Command) and event.name == BACK:
            self._back()
            return
        taken = self._choice.handle(event) or (isinstance(event, Command) and event.name == ACCEPT)
        if taken and self._choice.marked is not None:
            self._take(self._infos[self._choice.marked])

    def tick(self) -> int:
        """Nothing changes by itself."""
        return 0

    def draw(self, grid: Grid) -> None:
        """Draw the list."""
        grid.write(self._title, 1, 0, BOLD)
        grid.write(f"{self._choice.typed}_" if self._choice.typed else "type to find one", 1, 1, DIM)
        if not self._infos:
            grid.write("Nobody is deployed for it; deploy one with: lambda-arcade deploy", 1, HEAD, WARNING)
        self._choice.draw(grid, (1, HEAD, grid.width - 2, grid.height - HEAD - 2))
        draw_hints(grid, [("arrows", "choose"), ("a-z", "find"), ("Enter", "play"), ("Esc", "back")])


class MatchPage:
    """A match, its end, and the question whether it is to be left."""

    def __init__(self, game: TerminalGame, setup: Setup, view: View) -> None:
        self._game = game
        self._setup = setup
        self._view = view
        self._played = view.played
        self._asking = False
        self._end_seen = False

    def handle(self, event: Input) -> None:
        """Play; when the match is over, play again or choose another opponent."""
        name = event.name if isinstance(event, Command) else ""
        if self._played.match.over:
            if self._end_seen:  # the key that ended it means nothing more
                self._after(name)
        elif self._asking:
            self._asking = isinstance(event, Pointer)
            if name in (BACK, ACCEPT):
                self._played.match.close()
                self._game.leave()
        elif name == BACK:
            self._asking = not self._view.back()
        elif name == SWAP:
            self._swap()
        else:
            self._view.handle(event)

    def tick(self) -> int:
        """Let the match go on."""
        self._played.tick()
        if self._played.match.over:
            self._played.match.close()
            self._played.review()
        return self._played.changes

    def draw(self, grid: Grid) -> None:
        """Draw the match."""
        hints = self._view.hints()
        if self._played.match.over:
            self._end_seen = True
            hints = [("Enter", "again"), ("Tab", "another opponent"), ("Esc", "leave")]
        elif self._asking:
            hints = [("Esc", "leave the match: nobody has won it"), ("any other key", "stay")]
        self._played.draw_frame(grid, self._view, hints)

    def _after(self, name: str) -> None:
        if name == ACCEPT:
            setup = Setup(self._setup.game, self._played.match.client.info, self._setup.options)
            self._game.play(setup)
        elif name == SWAP:
            self._game.choose()
        elif name == BACK:
            self._game.leave()

    def _swap(self) -> None:
        infos = [info for info in self._game.services.fetch() if info.game == self._setup.game]

        def take(info: OpponentInfo) -> None:
            if info != self._played.match.client.info:
                self._played.swap(info)
            back()

        def back() -> None:
            self._game.show(self)

        self._game.show(ChoosePage(self._game, "Who takes the opponent's seat?", infos, take, back))


def _told(info: OpponentInfo) -> str:
    title = find_game(info.game).INFO.title
    return f"{title}: {info.title} ({info.name})"
