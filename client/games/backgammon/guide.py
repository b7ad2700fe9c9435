"""What backgammon tells before a match: its rules, and a lesson of three turns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.guides import Guide, Step
from games.backgammon import rules
from games.backgammon.turns import Turn

if TYPE_CHECKING:
    from client.guides import Done, Words
    from games.match import Match

AIM = (
    "Bring your fifteen checkers to your home, at the lower right, and take them off before your opponent does. "
    "If the other side has taken none off by then it is a gammon and counts twice; with one of theirs in your home "
    "or on the bar it counts three times."
)
TURN = (
    "Two dice are thrown; each is a move of one checker, equal dice are four. Play all you can. A point with two or "
    "more of the other side's checkers is closed. A lone checker can be hit: it goes to the bar, and comes "
    "in again before anything else moves."
)
OFF = "Once all your checkers are home, a die takes one off its point; a larger one takes one off the farthest one."
CUBE = (
    "In a match with the cube you may double before you throw. Your opponent takes it, and the game counts twice, or "
    "drops, and loses what it counted."
)
DICE = (
    "Before a match you see the hash of the secret that they follow from, and add a word of your own. The record "
    "proves afterwards that nothing was changed."
)
RULES = (("Aim", AIM), ("A turn", TURN), ("Taking off", OFF), ("The cube", CUBE), ("The dice", DICE))
MOVE = (
    "Take a checker and put it where a point lights up; with keys, PgDn finds one and Enter takes it. Then press Play."
)
SAFE = "Undo takes a move back until the turn is played. Two on a point are safe: try to make one."
ALONE = "One alone can be hit. Play another turn, and leave none behind if you can."


def turns_of(match: Match) -> int:
    """Return how many turns the person has played."""
    person = rules.INFO.person
    mine = (turn.action for turn in match.record().turns if turn.player == person)
    return sum(isinstance(rules.parse_action(action), Turn) for action in mine)


def _after(turns: int) -> Done:
    return lambda match: turns_of(match) >= turns or match.outcome is not None


def _says(words: str) -> Words:
    return lambda _: words


GUIDE = Guide(
    rules=RULES,
    lesson=(Step(_says(MOVE), _after(1)), Step(_says(SAFE), _after(2)), Step(_says(ALONE), _after(3))),
)
