"""After a match: how it ended, what decided it, how well both sides played by the coach's measure, and what next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.games.words import event_text
from client.replay.film import Film
from client.replay.review import blunder_text
from client.replay.stage import grader_of, marker_of
from client.scene_manager import AMBIENT
from client.scenes.forms import Row, draw_forms
from client.scenes.pages import leave_or_choose
from client.scenes.replay import ReplayScene
from client.ui import theme
from client.ui.inputs import BACK
from client.ui.widgets import Button, Group, hint_line, overlay_panel
from games.catalog import find_game
from games.record import headline

if TYPE_CHECKING:
    from collections.abc import Callable

    from client.records.archive import Summary
    from client.replay.coach import Coach
    from client.replay.notes import Note
    from client.scene_manager import SceneManager
    from client.ui.canvas import Box, Canvas
    from client.ui.inputs import Input
    from games.core import Player
    from games.record import GameRecord

BOX: Box = (270.0, 84.0, 740.0, 552.0)
LEFT = BOX[0] + 44
WIDE = BOX[2] - 88


class ResultScene:
    """An overlay over the match that has ended.  ``again`` begins another one against the same opponent.

    ``coach`` is one that looks at the match already.
    """

    overlay = True
    pace = AMBIENT

    def __init__(
        self,
        manager: SceneManager,
        record: GameRecord,
        me: Player,
        again: Callable[[], None],
        coach: Coach | None = None,
    ) -> None:
        self.record = record
        self.coach: Coach = coach or manager.world.coach(record)
        self._manager = manager
        self._me = me
        self._film = Film(record, marker_of(record.game))
        self._grade = grader_of(record.game)
        self._names = {item.player: item.name for item in record.participants}
        top = BOX[1] + BOX[3] - 104
        self._show = Button((LEFT + WIDE - 150, BOX[1] + 168, 150, 40), "Show it", self._show_moment, enabled=False)
        self._group = Group(
            [
                Button((LEFT, top, 150, 48), "Rematch", again, "primary"),
                Button((LEFT + 162, top, 150, 48), "Watch again", lambda: self._watch(0)),
                Button((LEFT + 324, top, 184, 48), "Another opponent", manager.to_menu),
                Button((LEFT + WIDE - 120, top, 120, 48), "Back", manager.pop, hint="Esc"),
                self._show,
            ]
        )
        self._group.on_move = lambda: manager.sounds.play("move")

    def handle(self, event: Input) -> None:
        """Choose what comes next; back shows the end of the match again."""
        leave_or_choose(self._manager, self._group, event)

    def tick(self) -> None:
        """Follow the coach."""
        self.coach.tick()
        self._show.enabled = self.moment is not None

    def draw(self, canvas: Canvas, alpha: float) -> None:  # noqa: ARG002 - nothing moves
        """Draw everything."""
        overlay_panel(canvas, BOX)
        outcome = self.record.outcome
        winner = None if outcome is None else outcome.winner
        words = "You win" if winner == self._me else "Nobody wins"
        if winner is not None and winner != self._me:
            words = f"{self._names.get(winner, winner)} wins"
        canvas.text(words, LEFT, BOX[1] + 34, theme.PAGE, theme.FOAM, within=WIDE)
        canvas.text(headline(self.record), LEFT, BOX[1] + 88, theme.BODY, theme.MIST, within=WIDE)
        canvas.text(self._rated(), LEFT, BOX[1] + 112, theme.SMALL, theme.HAZE, within=WIDE)
        self._draw_moment(canvas)
        self._draw_forms(canvas) if self._by_points else self._draw_accuracy(canvas)
        self._group.draw(canvas)
        hint_line(canvas, self._manager.device, [("↑↓←→", "move"), (BACK, "back")], LEFT, BOX[1] + BOX[3] - 38)

    def leave(self) -> None:
        """Stop what works in the background."""
        self.coach.close()
        self._film.close()

    @property
    def moment(self) -> tuple[int, str] | None:
        """The position after the move that decided the match, and what that was; None while it is not known.

        By points it is the move of either side that gave away most: the dice decide more.  Elsewhere it is the move
        that gave away most among those of who lost; without notes, what happened last that counts.
        """
        notes = self.coach.notes
        if notes is not None:
            winner = self.record.outcome.winner if self.record.outcome is not None else None
            lost = [note for note in notes.by_turn.values() if note.player != winner and note.gave_away]
            worst = max(lost, key=lambda note: note.gave_away or 0.0, default=notes.worst)
            worst = notes.worst if notes.forms else worst
            if worst is not None:
                return worst.step + 1, self._told(worst)
        if self.coach.busy or not self._film.done:
            return None
        marks = self._film.marks
        return (marks[-1].step, event_text(marks[-1].event, self._names)) if marks else None

    @property
    def _by_points(self) -> bool:
        """Whether the coach judges by points, so that there are error rates and luck."""
        return self.coach.notes is not None and bool(self.coach.notes.forms)

    @property
    def _nothing(self) -> str:
        return "Nobody gave anything away." if self._by_points else "No single move did."

    def _told(self, note: Note) -> str:
        return blunder_text(note, {**self._names, self._me: "You"})

    def _rated(self) -> str:
        seats = {item.player for item in self.record.participants}
        if self.record.outcome is None or len(self.record.participants) > len(seats):
            return "This match rates nobody: somebody was helped or swapped, or it began in another match."
        if any(turn.fallback for turn in self.record.turns):
            return "This match rates nobody: a stand-in played for the function."
        return "This match counts for both ratings."

    def _draw_moment(self, canvas: Canvas) -> None:
        top = BOX[1] + 146
        canvas.rect(theme.EDGE, (LEFT, top, WIDE, 1))
        head = "THE BIGGEST BLUNDER" if self._by_points else "THE MOMENT THAT DECIDED IT"
        canvas.text(head, LEFT, top + 14, theme.LABEL, theme.AMBER)
        moment = self.moment
        words = moment[1] if moment is not None else self.coach.said if self.coach.busy else self._nothing
        canvas.paragraph(words, (LEFT, top + 34, WIDE - 170, 40), theme.BODY, theme.FOAM)

    def _draw_accuracy(self, canvas: Canvas) -> None:
        top = BOX[1] + 232
        canvas.rect(theme.EDGE, (LEFT, top, WIDE, 1))
        canvas.text("ACCURACY", LEFT, top + 14, theme.LABEL, theme.HAZE)
        notes = self.coach.notes
        label = notes.label if notes is not None else self.coach.said
        canvas.text(label, LEFT + WIDE, top + 13, theme.SMALL, theme.HAZE, align="right", within=WIDE - 110)
        rows = [("You", self._me), *((self._names[player], player) for player in self._names if player != self._me)]
        for index, (name, player) in enumerate(rows[:3]):
            share = notes.accuracy.get(player) if notes is not None else None
            told = "-" if notes is None else "not judged"
            y = top + 42 + 34 * index
            canvas.text(name, LEFT, y, theme.BODY, theme.FOAM, within=150)
            canvas.rect(theme.EDGE, (LEFT + 164, y + 6, WIDE - 250, 8), 4)
            if share is not None:
                colour = theme.SIGNAL if player == self._me else theme.STEEL
                canvas.rect(colour, (LEFT + 164, y + 6, max(8.0, (WIDE - 250) * share), 8), 4)
                told = f"{share:.0%}"
            canvas.text(told, LEFT + WIDE, y, theme.FIGURE, theme.FOAM, align="right")
        count, mean = self._usual()
        words = f"You play {mean:.0%} of the best on average, over {count} matches." if count else ""
        canvas.text(words, LEFT, top + 42 + 34 * min(3, len(rows)) + 4, theme.SMALL, theme.MIST, within=WIDE)
        self._draw_scores(canvas)

    def _draw_forms(self, canvas: Canvas) -> None:
        top = BOX[1] + 232
        notes = self.coach.notes
        canvas.rect(theme.EDGE, (LEFT, top, WIDE, 1))
        canvas.text("PLAY AND DICE", LEFT, top + 14, theme.LABEL, theme.HAZE)
        if notes is None:
            return
        seats = [self._me, *(player for player in self._names if player != self._me)]
        rows = [Row("You" if seat == self._me else self._names[seat], notes.forms.get(seat)) for seat in seats]
        draw_forms(canvas, (LEFT, top + 14, WIDE, 120), rows[:2], self._grade)
        own = [row.forms[seat] for row, seat in self._earlier() if seat in row.forms]
        mean = sum(one.error_rate for one in own) / max(1, len(own))
        usual = f"Your error rate is {mean:.1f} on average, over {len(own)} matches. " if own else ""
        canvas.text(f"{usual}Judged by {notes.label}.", LEFT, top + 126, theme.SMALL, theme.MIST, within=WIDE)
        self._draw_scores(canvas)

    def _draw_scores(self, canvas: Canvas) -> None:
        top = BOX[1] + 232
        unit = find_game(self.record.game).INFO.score
        scores = self.record.outcome.scores if self.record.outcome is not None else {}
        told = ",  ".join(
            f"{'you' if seat == self._me else self._names[seat]} {value}" for seat, value in scores.items()
        )
        canvas.text(f"{unit}: {told}" if told else "", LEFT, top + 174, theme.SMALL, theme.MIST, within=WIDE)

    def _usual(self) -> tuple[int, float]:
        """Return over how many earlier matches of this game the person's accuracy is known, and its mean."""
        found = [row.accuracy[seat] for row, seat in self._earlier() if seat in row.accuracy]
        return len(found), sum(found) / len(found) if found else 0.0

    def _earlier(self) -> list[tuple[Summary, Player]]:
        """Return the other matches of this game that a person played, and the seat."""
        archive = self._manager.world.archive
        rows = archive.rows if archive is not None else ()
        return [
            (row, row.person.player)
            for row in rows
            if row.game == self.record.game and row.match_id != self.record.match_id and row.person is not None
        ]

    def _show_moment(self) -> None:
        if self.moment is not None:
            self._watch(self.moment[0])

    def _watch(self, step: int) -> None:
        self._manager.push(ReplayScene(self._manager, self.record, self._manager.pop, step))
