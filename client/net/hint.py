"""Help during a match: the opponent's function is asked what it would play in the person's place.

It is asked what the person may know, as it would be if it sat there.  A match in which a hint was given rates nobody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.net.causes import sentence
from client.net.seating import help_person

if TYPE_CHECKING:
    from client.net.opponent_client import OpponentClient, PendingMove
    from games.core import Json, Player
    from games.match import Match


class Hint:
    """The hint for one position.  Nothing waits: ``tick`` takes the answer when it is there."""

    def __init__(self) -> None:
        self.text = ""
        """The action that is advised, as text; empty while there is none."""
        self.explanation: Json = None
        self.said = ""
        """What to show of it, in a sentence."""
        self.step = -1
        """The step that it is for."""
        self._asked: PendingMove | None = None

    def ask(self, client: OpponentClient, match: Match, me: Player) -> None:
        """Ask for the position as it is; not twice for the same one."""
        if self.step == match.step_number or me not in match.to_act():
            return
        self.text, self.explanation, self.step = "", None, match.step_number
        self.said = f"Asking {client.info.title} for a hint…"
        self._asked = client.ask(match, me, explain=True)

    def tick(self, client: OpponentClient, match: Match, me: Player) -> bool:
        """Take the answer if it is there; return whether a hint was given now."""
        if self.step not in (-1, match.step_number):
            self.text = self.said = ""
            self.step, self._asked = -1, None
        move = self._asked.poll() if self._asked is not None else None
        if move is None:
            return False
        self._asked = None
        if move.metadata.fallback is not None:
            self.said = f"No hint: {sentence(move.metadata.fallback, client.info.title)}"
            return False
        self.text, self.explanation = match.game.print_action(move.action), move.explanation
        self.said = f"{client.info.title} would play {self.text}. This match rates nobody now."
        help_person(match, me)
        return True
