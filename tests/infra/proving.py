"""Matches whose functions prove what they answer, played in this process."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ai_functions.runtime.loader import load_opponent
from ai_functions.runtime.proof import KEY_BYTES, Claim, ProofKey, digest, prove
from games.catalog import find_game
from games.match import Match, play
from games.record import FUNCTION, GameRecord, Participant, RecordError, move_seed, replay
from games.record_fields import Proof
from infra.core.keys import newest
from infra.deploy.keys import platform_keys

if TYPE_CHECKING:
    from collections.abc import Mapping

    from infra.environment.environment import Environment

EXAMPLE = Path(__file__).parents[1] / "opponents" / "first_free"
KEYS = {"1": b"k" * KEY_BYTES}


def proved_match(
    seed: int,
    one: str = "first_free",
    two: str = "sparring",
    *,
    key_id: str = "1",
    keys: Mapping[str, bytes] = KEYS,
    signs_as: str = "",
) -> GameRecord:
    """Return a match of Battleship of two functions, proved; ``signs_as`` names whose key both sign with."""
    act = load_opponent(EXAMPLE).act
    seats = {"one": Participant("one", FUNCTION, one, "1", "ab"), "two": Participant("two", FUNCTION, two, "1")}
    match = Match(find_game("battleship"), seats, seed=seed, policy_seed=seed)
    return prove_record(play(match, {"one": act, "two": act}), keys, key_id=key_id, signs_as=signs_as)


def prove_record(record: GameRecord, keys: Mapping[str, bytes], *, key_id: str = "1", signs_as: str = "") -> GameRecord:
    """Return ``record`` with the proofs that its functions would have given."""
    game = find_game(record.game)
    turns, before = [], None
    for frame in replay(record):
        for turn in frame.turns:
            one = record.participants[turn.participant]
            if one.kind != FUNCTION or turn.fallback:
                turns.append(turn)
                continue
            seen = digest(game.encode_observation(game.ask(before, turn.player)))
            seed = move_seed(record.policy_seed, turn.step, turn.player)
            claim = Claim(one.name, one.version, one.sha256, record.match_id, turn.step, seed, seen, turn.action)
            key = ProofKey.of(keys[key_id], key_id, signs_as or one.name)
            turns.append(replace(turn, proofs=(Proof(prove(key, claim)),)))
        before = frame.state
    return replace(record, turns=tuple(turns))


class Signer:
    """Whoever holds the keys of ``environment``: proves matches of the functions in ``record``."""

    def __init__(self, environment: Environment, record: GameRecord) -> None:
        proved_line(environment, record.to_line())
        self._keys = platform_keys(environment)

    def prove(self, record: GameRecord) -> GameRecord:
        """Return ``record`` with proofs."""
        return prove_record(record, self._keys, key_id=newest(self._keys))


def proved_line(environment: Environment, line: str) -> str:
    """Return the record in ``line`` as it would be, had its functions been asked in this cloud; other text as it is.

    Functions that the catalogue does not know are entered, so that matches of anybody can be had without deploying.
    """
    try:
        record = GameRecord.from_line(line)
        keys = platform_keys(environment)
        record = prove_record(record, keys, key_id=newest(keys))
    except RecordError:
        return line
    known = environment.cloud.parameters(f"/{environment.names.prefix}/opponents")
    for one in record.participants:
        if one.kind == FUNCTION and one.name not in known:
            enter(environment, one.name, record.game)
    return record.to_line()


def enter(environment: Environment, name: str, game: str) -> None:
    """Enter an opponent that is not deployed into the catalogue, which then leaves it out of what it shows."""
    entry = json.dumps({"name": name, "game": game, "title": name, "difficulty": 1})
    environment.cloud.put_secret_once(f"/{environment.names.prefix}/opponents/{name}", entry)
