"""A deployed opponent as one that answers at once: whoever asks it waits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ai_functions.runtime.protocol import MoveRequest

if TYPE_CHECKING:
    from random import Random

    from client.net.remote import RemoteOpponent
    from games.core import AnyGame, Opponent

ASK_S = 10.0
"""How long a measured opponent may take; longer than in a match, where someone waits."""


class Timing(NamedTuple):
    """How long one answer took, in milliseconds."""

    round_trip: float
    compute: float
    """The function's own time."""


def asked_over_http(rules: AnyGame, remote: RemoteOpponent, timings: list[Timing] | None = None) -> Opponent:
    """Return the deployed opponent as one that answers at once: whoever calls it waits.  It raises RemoteError.

    ``timings`` gets the time of every answer.
    """
    timings = [] if timings is None else timings

    def act(observation: Any, random: Random) -> Any:
        request = MoveRequest(
            game=rules.NAME,
            match_id="evaluation",
            turn=0,
            seed=random.getrandbits(63),
            observation=rules.encode_observation(observation),
            deadline_ms=round(ASK_S * 1000),
            last_latency_ms=remote.last_latency_ms,
        )
        reply = remote.ask(request, ASK_S)
        timings.append(Timing(reply.latency_ms, reply.response.compute_ms))
        return rules.parse_action(reply.response.action)

    return act
