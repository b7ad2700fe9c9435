"""Any game as an environment of the field: PettingZoo's for every seat, Gymnasium's for one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pettingzoo import AECEnv

    from games.core import Json, Opponent, Player
    from training.environments.episode import Reward
    from training.environments.one_seat import OneSeat


def pettingzoo_env(
    game: str,
    *,
    options: Mapping[str, Json] | None = None,
    reward: Reward | None = None,
    render_mode: str | None = None,
) -> AECEnv:
    """Return PettingZoo's environment (AEC) of ``game``: an agent for each of its seats.

    An observation is a dict: ``observation``, a float32 array of one shape, and ``action_mask``, int8 of shape
    (choices,).  Actions are ``Discrete``; one that has several parts (Battleship's fleet, a turn of backgammon, exits
    of several ghosts) is chosen in as many steps of the same agent.  A choice that the mask forbids loses (-1).

    Args:
        game: Such as ``battleship``; games that are registered, too.
        options: Of the game, such as ``{"size": 8}``.
        reward: ``reward(seat, events, outcome)`` of a step of the game; by default 1 to who has won, -1 to who has
            lost.  ``la.scores`` gives the scores at the end.
        render_mode: ``ansi`` for the board as text, with what is hidden.

    Raises GameError for a game or options that there are not, ImportError without the extra ``rl``.
    """
    from training.environments.every_seat import every_seat  # noqa: PLC0415 - it brings pettingzoo

    return every_seat(game, options=options, reward=reward, render_mode=render_mode)


def gymnasium_env(
    game: str,
    *,
    seat: Player | None = None,
    opponent: Opponent | Mapping[Player, Opponent] | None = None,
    options: Mapping[str, Json] | None = None,
    reward: Reward | None = None,
    render_mode: str | None = None,
) -> OneSeat:
    """Return Gymnasium's environment of one seat of ``game``, with opponents in the others.

    Observations, actions and the other arguments are those of ``pettingzoo_env``; ``info["action_mask"]`` is the mask
    too.  ``seat`` is by default the one that a person takes.  ``opponent`` answers for all others, or a dict says who
    for which: whatever ``la.opponent`` returns, or any function ``(observation, random) -> action``; by default who
    plays at random.  ``env.unwrapped.episode.record()`` is the match as a record.
    """
    from training.environments.one_seat import OneSeat  # noqa: PLC0415 - it brings gymnasium

    return OneSeat(game, seat=seat, opponent=opponent, options=options, reward=reward, render_mode=render_mode)


def scores(player: Player, events: object, outcome: object) -> float:
    """Return the seat's score at the end, in the game's unit, and 0 before: a ``reward`` for games of points."""
    from training.environments.episode import scores as of_the_end  # noqa: PLC0415 - it brings numpy

    return of_the_end(player, events, outcome)  # type: ignore[arg-type]  # what a reward is given
