"""From a request to an answer: everything a function says, whatever the way it was called."""

from __future__ import annotations

from random import Random
from time import perf_counter
from typing import TYPE_CHECKING, Any

from ai_functions.runtime.proof import Claim, digest, prove
from ai_functions.runtime.protocol import (
    PROTOCOL,
    UNPROCESSABLE,
    MoveResponse,
    Problem,
    parse_move_request,
)
from games.core import ObservationError

if TYPE_CHECKING:
    from ai_functions.runtime.loader import Loaded
    from ai_functions.runtime.proof import ProofKey
    from ai_functions.runtime.protocol import MoveRequest
    from games.core import JsonObject


MADE = ("command", "seed", "created", "versions", "measures", "parity", "evaluation")
"""What a function says, beside its data, of how its model came about: keys of the card."""


def identify(opponent: Loaded, version: str, card: JsonObject) -> JsonObject:
    """Return who answers: the body of ``GET {opponent}``.  ``card`` is the model card, empty without a model."""
    manifest = opponent.manifest
    return {
        "protocol": PROTOCOL,
        "game": manifest.game,
        "name": manifest.name,
        "title": manifest.title,
        "difficulty": manifest.difficulty,
        "author": manifest.author,
        "colour": manifest.colour,
        "version": version,
        "sha256": opponent.sha256,
        "algorithm": manifest.algorithm,
        "trained_on": card.get("data"),
        "made": {key: card[key] for key in MADE if key in card},
        "rating": card.get("rating"),
        "deadline_ms": manifest.deadline_ms,
        "plays": dict(manifest.plays),
    }


def move(
    opponent: Loaded,
    version: str,
    data: Any,
    *,
    cold: bool,
    init_ms: float | None = None,
    request_id: str = "",
    key: ProofKey | None = None,
) -> tuple[MoveRequest, MoveResponse]:
    """Return the request that ``data`` means and the opponent's answer.

    ``init_ms`` is the start that it waited for; with a ``key`` the answer bears a proof.  Raises Problem, naming the
    field, for anything that is not a request this opponent can answer.
    """
    request = parse_move_request(data, game=opponent.manifest.game)
    started = perf_counter()
    try:
        observation = opponent.game.decode_observation(request.observation)
        action = opponent.act(observation, Random(request.seed))  # noqa: S311 - a game, not a secret
        explanation = opponent.explain(observation) if request.explain and opponent.explain else None
    except ObservationError as error:
        field = f"observation.{error.field}" if error.field else "observation"
        raise Problem(UNPROCESSABLE, "Impossible observation", error.message, field) from error
    printed = opponent.game.print_action(action)
    response = MoveResponse(
        action=printed,
        name=opponent.manifest.name,
        version=version,
        sha256=opponent.sha256,
        compute_ms=round((perf_counter() - started) * 1000, 3),
        cold=cold,
        explanation=explanation,
        init_ms=init_ms,
        request_id=request_id or None,
        proof=None if key is None else prove(key, _claim(opponent, version, request, printed)),
    )
    return request, response


def _claim(opponent: Loaded, version: str, request: MoveRequest, action: str) -> Claim:
    return Claim(
        opponent.manifest.name,
        version,
        opponent.sha256,
        request.match_id,
        request.turn,
        request.seed,
        digest(request.observation),
        action,
    )
