"""Opponents of backgammon playing many games at once by the compiled engine: what tables of 10,000 games are made by.

The choices are the opponents' own: their models, tables and temperatures are read from their folders.  Only look-ahead
and sampling are done for many games together; a test holds both equal to what a function answers.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from ai_functions.policies.backgammon.chances import points, turned
from ai_functions.policies.backgammon.choices import choice_rows
from ai_functions.policies.backgammon.cube import Stakes, utility
from ai_functions.policies.backgammon.judging import judge, points_lost
from ai_functions.policies.backgammon.learned import Learned, draw, softmax
from ai_functions.policies.backgammon.replies import ROLLS, WEIGHTS
from ai_functions.policies.backgammon.strong import CLOSE, Strong
from ai_functions.runtime.loader import load_opponent
from games.backgammon import rules
from games.backgammon.dice import throws
from games.backgammon.turns import OPENING
from games.record import move_seed
from training.contracts import TrainingError
from training.games.backgammon.compiled import Expander
from training.games.backgammon.fast_features import fast_features
from training.games.backgammon.network import BLOCK
from training.games.backgammon.players.people import BEGINNER

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from games.core import Opponent
    from training.games.backgammon.compiled import Boards
    from training.games.backgammon.players.people import Likings
    from training.games.backgammon.without_luck import Luck

    Ends: TypeAlias = "NDArray[np.int64]"
    Choose: TypeAlias = "Callable[[Boards, Ends, np.random.Generator], NDArray[np.int64]]"
    """Positions after each turn, seen by the other side, and where those of each game end: the one chosen for each."""

SIDE_BY_SIDE = 64
DICE = np.array([roll[:2] for roll in ROLLS], np.int8)


def best_of(values: NDArray[np.float64], ends: Ends) -> NDArray[np.int64]:
    """Return the index of the largest value of each game; the first of equals."""
    begins = np.concatenate(([0], ends[:-1]))
    return np.array([begin + int(values[begin:end].argmax()) for begin, end in zip(begins, ends, strict=True)])


def chooser_of(folder: Path) -> Choose:
    """Return how the opponent in a folder chooses turns.  Raises TrainingError for one that is no model's."""
    player = getattr(load_opponent(folder).act, "__self__", None)
    if isinstance(player, Learned):
        return _liking(player.likings, player.temperature)
    if isinstance(player, Strong):
        return LookAhead(player).choose
    raise TrainingError(f"{folder}: its player is none of those that choose for many games at once")


def chooser_of_person(person: Likings) -> Choose:
    """Return how a generated player chooses turns."""
    return _liking(lambda after: (choice_rows(after) @ person.weights).astype(np.float64), person.unsure)


def anyhow(after: Boards, ends: Ends, random: np.random.Generator) -> NDArray[np.int64]:
    """Choose any turn."""
    begins = np.concatenate(([0], ends[:-1]))
    del after
    return np.asarray(begins + (random.random(len(ends)) * (ends - begins)).astype(np.int64), np.int64)


def play_games(one: Choose, other: Choose, games: int, seed: int, luck: Luck | None = None) -> NDArray[np.int64]:
    """Return the points that ``one`` won in each game against ``other``; the dice tell who begins.

    ``luck``, for SIDE_BY_SIDE games, is told what was thrown in each.
    """
    random = np.random.default_rng(seed)
    count = min(SIDE_BY_SIDE, games)
    expand, players = Expander(count), (one, other)
    boards = np.repeat(np.array([OPENING], np.int8), count, axis=0)
    turn, first = random.integers(0, 2, count), np.ones(count, bool)
    active, begun, won = np.ones(count, bool), count, []
    while active.any():
        for side in (0, 1):
            here = np.flatnonzero(active & (turn == side))
            if not len(here):
                continue
            dice = _rolls(random, first[here])
            for begins in (False, True) if luck is not None else ():
                some = here[first[here] == begins]
                if luck is not None and len(some):
                    luck.thrown(some, boards[some], dice[first[here] == begins], first=begins, side=side)
            after, ends = expand(boards[here], dice)
            after = after.copy()
            chosen = players[side](after, ends, random)
            boards[here], turn[here], first[here] = after[chosen], 1 - side, False
            over = here[~(boards[here] < 0).any(axis=1)]
            won += list(points_lost(boards[over]) * (1 if side == 0 else -1)) if len(over) else []
            if luck is not None:
                luck.over(over)
            boards[over], first[over], turn[over] = OPENING, True, random.integers(0, 2, len(over))
            more = min(len(over), games - begun)
            begun += more
            active[over[more:]] = False
    return np.array(won, np.int64)


def can_play(opponent: Opponent) -> bool:
    """Return whether ``opponent`` is the method of a player that can choose for many games at once."""
    return isinstance(getattr(opponent, "__self__", None), Learned | Strong)


def measure_many(opponent: Opponent, seeds: Sequence[int]) -> list[Mapping[str, float]]:
    """Return what ``benchmark.measure`` does for each seed: the same dice, draws and choices, many games at once."""
    player = getattr(opponent, "__self__", None)
    games = [_Task(seed) for seed in seeds]
    for begin in range(0, len(games), SIDE_BY_SIDE):
        active = games[begin : begin + SIDE_BY_SIDE]
        expand, asked = Expander(len(active)), _Asked(player)
        while active:
            boards = np.array([game.board for game in active], np.int8)
            after, ends = expand(boards, np.array([game.dice for game in active], np.int8))
            after = after.copy()
            begins = np.concatenate(([0], ends[:-1]))
            sides = {
                mine: [number for number, game in enumerate(active) if game.mine == mine] for mine in (True, False)
            }
            for mine, here in sides.items():
                if here:
                    spans = [np.arange(begins[number], ends[number]) for number in here]
                    given = after[np.concatenate(spans)]
                    sizes = np.cumsum([len(span) for span in spans])
                    choose = asked.choose if mine else _beginner
                    chosen = choose(given, sizes, [active[number].random() for number in here])
                    for number, one in zip(here, chosen, strict=True):
                        active[number].play(given[one])
            active = [game for game in active if not game.over]
    return [{"points": float(game.points), "wins": float(game.points > 0)} for game in games]


class _Task:
    """One game of ``benchmark.measure``."""

    def __init__(self, seed: int) -> None:
        state = rules.start({}, Random(seed))  # noqa: S311 - a game, not a secret
        self._seed, self._secret, self._own = seed, state.secret, rules.PLAYERS[(seed + 1) % 2]
        self._player, self._turns = state.turn, 0
        self.board, self.dice = np.array(state.view.board, np.int8), state.view.dice
        self.points = 0

    @property
    def mine(self) -> bool:
        """Whether the measured opponent is to move."""
        return self._player == self._own

    @property
    def over(self) -> bool:
        """Whether somebody has won."""
        return self.points != 0

    def random(self) -> Random:
        """Return the generator of the decision that is due."""
        return Random(move_seed(self._seed, self._turns, self._player))  # noqa: S311 - as in a match

    def play(self, after: NDArray[np.int8]) -> None:
        """Go on to a position, seen by the other side."""
        if not (after < 0).any():
            won = int(points_lost(after[None])[0])
            self.points = won if self.mine else -won
        self._player = rules.PLAYERS[1 - rules.PLAYERS.index(self._player)]
        self._turns += 1
        self.board, self.dice = after, throws(self._secret, self._turns)[0]


class _Asked:
    """The measured opponent, with each decision's own generator."""

    def __init__(self, player: object) -> None:
        if not isinstance(player, Learned | Strong):
            raise TrainingError(f"{player!r} is none of those that choose for many games at once")
        self._learned = player if isinstance(player, Learned) else None
        self._strong = LookAhead(player) if isinstance(player, Strong) else None

    def choose(self, after: Boards, ends: Ends, randoms: Sequence[Random]) -> list[int]:
        """Return the index that is chosen for each game."""
        if self._strong is not None:
            likings, temperature = self._strong.values(after, ends), self._strong.temperature
        else:
            assert self._learned is not None  # noqa: S101 - it is one of the two
            likings, temperature = self._learned.likings(-after[:, ::-1]), self._learned.temperature
        return [
            begin + draw(softmax(likings[begin:end], temperature), random)
            for begin, end, random in zip([0, *ends[:-1]], ends, randoms, strict=True)
        ]


def _beginner(after: Boards, ends: Ends, randoms: Sequence[Random]) -> list[int]:
    values = choice_rows(-after[:, ::-1]) @ BEGINNER.weights
    return [
        begin + (BEGINNER.prefers(values[begin:end], random) if end - begin > 1 else 0)
        for begin, end, random in zip([0, *ends[:-1]], ends, randoms, strict=True)
    ]


def _liking(likings: Callable[[Boards], NDArray[np.float64]], temperature: float) -> Choose:
    def choose(after: Boards, ends: Ends, random: np.random.Generator) -> NDArray[np.int64]:
        """Sample in proportion to exp(liking / temperature): the largest of likings with Gumbel noise."""
        noise = temperature * random.gumbel(size=len(after))
        return best_of(likings(-after[:, ::-1]) + noise, ends)

    return choose


class LookAhead:
    """A ``Strong`` player, for many games."""

    def __init__(self, player: Strong) -> None:
        self._player = player
        self.temperature = player.temperature
        self._expand = Expander(SIDE_BY_SIDE)

    def chances(self, boards: Boards) -> NDArray[np.float32]:
        """Return the chances of whoever is on roll, shape (boards, 5)."""
        return judge(self._network, self._player.table, boards)[0]

    def _network(self, boards: Boards) -> NDArray[np.float32]:
        rows = (fast_features(boards[at : at + BLOCK]) for at in range(0, len(boards), BLOCK))
        return np.concatenate([self._player.model.predict(some) for some in rows])

    def choose(self, after: Boards, ends: Ends, random: np.random.Generator) -> NDArray[np.int64]:
        """Return the index that is chosen for each game."""
        noise = self.temperature * random.gumbel(size=len(after)) if self.temperature else 0.0
        return best_of(self.values(after, ends) + noise, ends)

    def values(self, after: Boards, ends: Ends) -> NDArray[np.float64]:
        """Return what each turn is worth to its mover, in points."""
        values = utility(turned(self.chances(after)), Stakes(), 1)
        if self._player.look_ahead:
            begins = np.concatenate(([0], ends[:-1]))
            for begin, end in zip(begins, ends, strict=True):
                self._look_again(after, values, np.arange(begin, end))
        return values

    def _look_again(self, after: Boards, values: NDArray[np.float64], here: NDArray[np.int64]) -> None:
        best = here[np.argsort(-values[here], kind="stable")[: self._player.look_ahead]]
        best = best[values[best] >= values[best[0]] - CLOSE]
        if len(best) < 2 or not (after[here] < 0).any(axis=1).all():  # noqa: PLR2004 - nothing to compare, or won
            return
        boards = np.repeat(after[best], len(DICE), axis=0)
        replies, ends = self._expand(boards, np.tile(DICE, (len(best), 1)))
        chances = self.chances(replies)
        chosen = best_of(-points(chances).astype(np.float64), ends)
        values[here] = np.minimum(values[here], -10.0)
        values[best] = points(np.asarray(WEIGHTS @ chances[chosen].reshape(len(best), len(DICE), -1), np.float32))


def _rolls(random: np.random.Generator, first: NDArray[np.bool_]) -> NDArray[np.int8]:
    """Return a roll for each game; a first one is no double."""
    dice = random.integers(1, 7, (len(first), 2), np.int8)
    again = np.flatnonzero(first & (dice[:, 0] == dice[:, 1]))
    dice[again, 1] = (dice[again, 0] + random.integers(0, 5, len(again), np.int8)) % 6 + 1
    return dice
