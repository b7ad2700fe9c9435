"""What a coach says of a whole match, in lines of text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.replay.stage import grader_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from client.replay.notes import Note, Notes
    from games.core import Player


def review_lines(game: str, notes: Notes, names: Mapping[Player, str]) -> list[str]:
    """Return how well each seat played, how lucky it was where that is known, and what gave away most."""
    lines = [f"Judged by {notes.label}"]
    for player, name in names.items():
        form, share = notes.forms.get(player), notes.accuracy.get(player)
        if form is not None:
            grade = grader_of(game)(form.error_rate)
            told = f"error rate {form.error_rate:.1f}{f' ({grade})' if grade else ''}"
            lines.append(f"{name}: {told}, {form.lost:.2f} points given away, luck {form.luck:+.2f}")
        elif share is not None:
            lines.append(f"{name}: {share:.0%} of the best")
    return [*lines, *([blunder_text(notes.worst, names)] if notes.worst is not None else [])]


def blunder_text(note: Note, names: Mapping[Player, str]) -> str:
    """Return what somebody played, what it gave away, and what was better."""
    unit = " points" if note.by_equity else ""
    who = names.get(note.player, note.player)
    return f"{who} played {note.played}, and gave away {note.gave}{unit}: {note.best} was better."
