"""How you stand: rating, results by opponent and over time, scores, habits, and everybody's ratings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.records.standing import Standing, rating_in, scores_of_functions, standing_of
from client.scene_manager import AMBIENT
from client.scenes.acquaintance import AcquaintanceScene, offered_words
from client.scenes.score_chart import draw_scores
from client.ui import theme
from client.ui.inputs import BACK, NEXT, PREVIOUS, Command
from client.ui.sea import draw_backdrop
from client.ui.widgets import Button, Group, hint_line
from games.catalog import find_game, find_part, game_packages
from games.core import GameError
from games.record import PERSON

if TYPE_CHECKING:
    from client.net.ratings import Rated
    from client.records.archive import Summary
    from client.scene_manager import SceneManager
    from client.ui.canvas import Box, Canvas
    from client.ui.inputs import Input

NUMBERS: Box = (64.0, 132.0, 360.0, 490.0)
CHARTS: Box = (440.0, 132.0, 380.0, 490.0)
HABITS: Box = (836.0, 132.0, 380.0, 300.0)
BOARD: Box = (836.0, 444.0, 380.0, 178.0)
INNER = 18.0
ROWS_OF_OPPONENTS, ROWS_OF_BOARD = 8, 5
WINDOW = 10
"""Matches over which the share that was won is taken."""


class ProfileScene:
    """One game at a time; the buttons on top choose it."""

    overlay = False
    pace = AMBIENT

    def __init__(self, manager: SceneManager, game: str) -> None:
        self._manager = manager
        self._games = list(game_packages())
        self._index = self._games.index(game) if game in self._games else 0
        self._rows: tuple[Summary, ...] | None = None
        self._theirs: list[int] = []
        """Scores of every function that has played here."""
        self.standing = standing_of((), game, "")
        self._ticks = 0
        wide = min(150.0, 1000 / len(self._games) - 8)
        tabs = [
            Button((64 + index * (wide + 8), 82, wide, 38), _title(name), lambda index=index: self._show(index))  # type: ignore[misc]
            for index, name in enumerate(self._games)
        ]
        self._offer = Button((836, 640, 380, 48), "", lambda: manager.push(AcquaintanceScene(manager, self.game)))
        """An opponent that knows the person; without words it is not there."""
        self._group = Group([*tabs, Button((64, 640, 120, 48), "Back", manager.pop, hint="Esc")], self._index)
        self._tabs = tabs
        self._group.on_move = lambda: manager.sounds.play("move")
        self._part = find_part(self.game, "profile", "client.games")
        """What the game draws of its own."""
        self.tick()

    @property
    def game(self) -> str:
        """The game that is shown."""
        return self._games[self._index]

    def handle(self, event: Input) -> None:
        """Choose a game, or go back."""
        if isinstance(event, Command) and event.name == BACK:
            self._manager.pop()
        elif isinstance(event, Command) and event.name in (NEXT, PREVIOUS):
            self._show((self._index + (1 if event.name == NEXT else -1)) % len(self._games))
        else:
            self._group.handle(event)

    def tick(self) -> None:
        """Follow what is read."""
        self._ticks += 1
        archive = self._manager.world.archive
        rows = archive.rows if archive is not None else ()
        if rows is not self._rows:
            self._rows = rows
            self.standing = standing_of(rows, self.game, self._manager.settings.name)
            self._theirs = scores_of_functions(rows, self.game)
        self._offer.label = offered_words(self._manager, self.game)
        if bool(self._offer.label) != (self._offer in self._group.widgets):
            kept = [widget for widget in self._group.widgets if widget is not self._offer]
            self._group.widgets = [*kept, self._offer] if self._offer.label else kept
            self._group.focus = min(self._group.focus or 0, len(self._group.widgets) - 1)

    def draw(self, canvas: Canvas, alpha: float) -> None:  # noqa: ARG002 - nothing moves between ticks
        """Draw everything."""
        draw_backdrop(canvas, self._ticks / 60, still=self._manager.settings.reduced_motion)
        canvas.text("How you stand", 64, 30, theme.PAGE)
        canvas.text(self._manager.settings.name, 1216, 40, theme.SUBHEADING, theme.FOAM, align="right", within=500)
        for index, tab in enumerate(self._tabs):
            tab.kind = "primary" if index == self._index else "plain"
        self._draw_numbers(canvas)
        canvas.panel(CHARTS)
        left, wide = CHARTS[0] + INNER, CHARTS[2] - 2 * INNER
        _draw_course(canvas, (left, CHARTS[1] + 16, wide, 200), self.standing)
        unit = find_game(self.game).INFO.score
        ladder = self._manager.ladder.opponents(self.game)
        draw_scores(canvas, (left, CHARTS[1] + 246, wide, 226), self.standing.scores, self._theirs, ladder, unit)
        self._draw_habits(canvas)
        self._draw_board(canvas)
        self._group.draw(canvas)
        hints = [("↑↓←→", "move"), (NEXT, "next game"), (BACK, "back")]
        hint_line(canvas, self._manager.device, hints, 210, 656)

    def leave(self) -> None:
        """Nothing is held."""

    def _show(self, index: int) -> None:
        self._index, self._rows = index, None
        self._part = find_part(self.game, "profile", "client.games")
        self.tick()

    @property
    def _ratings(self) -> tuple[Rated, ...]:
        board = self._manager.world.leaderboard
        return board.ratings if board is not None else ()

    def _draw_numbers(self, canvas: Canvas) -> None:
        canvas.panel(NUMBERS)
        left, top, wide = NUMBERS[0] + INNER, NUMBERS[1], NUMBERS[2] - 2 * INNER
        canvas.text("RATING", left, top + 16, theme.LABEL, theme.HAZE)
        mine = rating_in(self._ratings, self.game, PERSON, self._manager.settings.name)
        if mine is None:
            canvas.text("not rated yet", left, top + 38, theme.SUBHEADING, theme.MIST)
            board = self._manager.world.leaderboard
            why = (board.trouble if board is not None else None) or "A finished match without help rates you."
            canvas.text(why, left, top + 66, theme.SMALL, theme.HAZE, within=wide)
        else:
            used = canvas.text(f"{mine.rating:.0f}", left, top + 34, theme.BIG_FIGURE, theme.FOAM)
            spread = f"±{2 * mine.deviation:.0f}  (95 %)"
            canvas.text(spread, left + used + 10, top + 46, theme.SMALL, theme.MIST)
            canvas.text(f"after {mine.games} rated matches", left, top + 72, theme.SMALL, theme.HAZE)
        streak = self.standing.streak
        now = f"{abs(streak)} {'won' if streak > 0 else 'lost'} in a row" if streak else "no streak"
        canvas.text("STREAK", left, top + 104, theme.LABEL, theme.HAZE)
        canvas.text(now, left, top + 122, theme.BODY, theme.FOAM)
        best = f"longest: {self.standing.longest} won"
        canvas.text(best, left + wide, top + 123, theme.SMALL, theme.MIST, align="right")
        canvas.text("BY OPPONENT", left, top + 160, theme.LABEL, theme.HAZE)
        if not self.standing.by_opponent:
            words = "No finished match on this machine yet."
            canvas.text(words, left, top + 182, theme.SMALL, theme.MIST, within=wide)
        for index, (foe, results) in enumerate(list(self.standing.by_opponent.items())[:ROWS_OF_OPPONENTS]):
            y = top + 182 + index * 36
            canvas.text(foe, left, y, theme.BODY, theme.FOAM, within=wide - 120)
            told = f"{results.won} : {results.lost}" + (f"  ({results.drawn} drawn)" if results.drawn else "")
            canvas.text(told, left + wide, y + 1, theme.FIGURE, theme.MIST, align="right")
            canvas.rect(theme.EDGE, (left, y + 23, wide, 4), 2)
            if results.share:
                canvas.rect(theme.SIGNAL, (left, y + 23, max(4.0, wide * results.share), 4), 2)

    def _draw_habits(self, canvas: Canvas) -> None:
        canvas.panel(HABITS)
        part = self._part
        title = getattr(part, "TITLE", "HABITS")
        canvas.text(title, HABITS[0] + INNER, HABITS[1] + 14, theme.LABEL, theme.HAZE)
        known = self._known()
        box = (HABITS[0] + INNER, HABITS[1] + 36, HABITS[2] - 2 * INNER, HABITS[3] - (68 if known else 48))
        canvas.text(known, box[0], HABITS[1] + HABITS[3] - 30, theme.SMALL, theme.AMBER, within=box[2])
        name = self._manager.settings.name
        of_game = [row for row in self._rows or () if row.game == self.game]
        rows = [row for row in of_game if row.person is not None and row.person.name == name]
        if part is None or not rows:
            canvas.text("Nothing to show yet.", box[0], box[1] + 4, theme.SMALL, theme.MIST)
        else:
            part.draw_profile(canvas, box, rows)

    def _known(self) -> str:
        """Return what an opponent that knows the person holds of them, in a line; empty where none does."""
        work = self._manager.acquaintances
        known = work.known if work is not None else None
        if known is None or (known.game, known.player) != (self.game, self._manager.settings.name) or not known.found:
            return ""
        return f"{known.title} knows: {known.found[0].partition(',')[0]}"

    def _draw_board(self, canvas: Canvas) -> None:
        canvas.panel(BOARD)
        left, top, wide = BOARD[0] + INNER, BOARD[1], BOARD[2] - 2 * INNER
        canvas.text("LEADERBOARD", left, top + 14, theme.LABEL, theme.HAZE)
        rated = [one for one in self._ratings if one.game == self.game]
        if not rated:
            canvas.text("Nobody is rated yet.", left, top + 38, theme.SMALL, theme.MIST)
        for index, (place, one) in enumerate(_around(rated, self._manager.settings.name)):
            y = top + 38 + index * 26
            mine = one.kind == PERSON and one.name == self._manager.settings.name
            if mine:
                canvas.rect(theme.PANEL_LIT, (left - 6, y - 4, wide + 12, 24), 5)
            canvas.text(f"{place}", left, y, theme.SMALL_FIGURE, theme.HAZE)
            canvas.text(one.name, left + 30, y - 1, theme.BODY, theme.FOAM, within=wide - 190)
            canvas.text(one.kind, left + wide - 92, y + 1, theme.SMALL, theme.HAZE, align="right", within=60)
            spread = canvas.text(
                f" ±{2 * one.deviation:.0f}", left + wide, y + 1, theme.SMALL_FIGURE, theme.HAZE, align="right"
            )
            canvas.text(f"{one.rating:.0f}", left + wide - spread, y, theme.FIGURE, theme.FOAM, align="right")


def _draw_course(canvas: Canvas, box: Box, standing: Standing) -> None:
    """Draw every match as a mark, up for won and down for lost, and the share won of the last ten as a line."""
    left, top, wide, high = box
    canvas.text("RESULTS OVER TIME", left, top, theme.LABEL, theme.HAZE)
    matches = standing.matches[-60:]
    middle = top + 24 + (high - 48) / 2
    reach = (high - 48) / 2
    canvas.rect(theme.EDGE, (left, middle, wide, 1))
    if not matches:
        return
    pitch = wide / max(12, len(matches))
    line: list[tuple[float, float]] = []
    scores = [row.score_of_person() or 0.0 for row in standing.matches]
    first = len(scores) - len(matches)
    for index in range(len(matches)):
        score = scores[first + index]
        x = left + (index + 0.5) * pitch
        colour = theme.SIGNAL if score == 1 else theme.CORAL if score == 0 else theme.AMBER
        height = reach * 0.42
        y = middle - height if score == 1 else middle if score == 0 else middle - 3
        canvas.rect(colour, (x - pitch * 0.3, y, max(2.0, pitch * 0.6), height if score != 0.5 else 6), 1)  # noqa: PLR2004
        recent = scores[max(0, first + index - WINDOW + 1) : first + index + 1]
        line.append((x, middle + reach * (1 - 2 * sum(recent) / len(recent))))
    canvas.stroke(theme.FOAM, line, 2)
    told = f"the last {len(matches)} matches; the line is the share won of the last {WINDOW}"
    canvas.text(told, left, top + high - 16, theme.SMALL, theme.MIST, within=wide)


def _around(rated: list[Rated], name: str) -> list[tuple[int, Rated]]:
    """Return the rows of a leaderboard that are shown, with their places: the best, or those around the person."""
    placed = list(enumerate(rated, 1))
    own = next((place for place, one in placed if one.kind == PERSON and one.name == name), 1)
    first = max(0, min(len(placed) - ROWS_OF_BOARD, own - 1 - ROWS_OF_BOARD // 2))
    return placed[first : first + ROWS_OF_BOARD]


def _title(game: str) -> str:
    try:
        return find_game(game).INFO.title
    except GameError:
        return game
