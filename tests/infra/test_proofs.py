"""Proofs: what functions answered is proved, and nothing else is."""

from __future__ import annotations

from dataclasses import replace
from itertools import zip_longest
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from proving import EXAMPLE, KEYS, proved_match

from ai_functions.runtime.answer import move
from ai_functions.runtime.loader import load_opponent
from ai_functions.runtime.proof import KEY_BYTES, Claim, ProofKey, digest, prove, proves
from ai_functions.runtime.protocol import MoveRequest, MoveResponse
from client.games.pacman.network.controllers import Controller, Team
from client.games.pacman.network.networked_match import NetworkedMatch
from client.games.pacman.network.transport import answer
from client.net.remote import OpponentInfo, Reply
from client.net.request_pool import proofs_of
from games.catalog import find_game
from games.match import Match
from games.record import GameRecord, Participant, RecordError, bears_proofs, move_seed, replay, verify
from infra.core.keys import KeyLengthError, new_key, newest, number_of, parse_keys
from infra.core.proofs import foreign_keys, why_unproved

if TYPE_CHECKING:
    from collections.abc import Callable

LISTED = {"first_free": "battleship", "sparring": "battleship"}
LADDER = Path(__file__).parents[2] / "ai_functions"


def test_a_match_that_was_played_is_proved():
    record = proved_match(1)
    verify(record)
    assert bears_proofs(record)
    assert why_unproved(record, KEYS, LISTED) == ""
    assert GameRecord.from_line(record.to_line()) == record


def test_a_person_needs_no_proof_and_a_function_beside_one_does():
    record = proved_match(2)
    first, second = record.participants
    people = (replace(first, kind="person", name="Ada", version="", sha256=""), second)
    turns = tuple(replace(turn, proofs=() if turn.participant == 0 else turn.proofs) for turn in record.turns)
    assert why_unproved(replace(record, participants=people, turns=turns), KEYS, LISTED) == ""
    nobody = tuple(replace(one, kind="person") for one in record.participants)
    assert why_unproved(replace(record, participants=nobody), KEYS, LISTED) == "no function played"


def altered(record: GameRecord, index: int, **more: Any) -> GameRecord:
    turns = list(record.turns)
    turns[index] = replace(turns[index], **more)
    return replace(record, turns=tuple(turns))


def shots(record: GameRecord) -> list[int]:
    return [index for index, turn in enumerate(record.turns) if turn.step > 0]


def made_up(record: GameRecord) -> GameRecord:
    """Return it with codes of the right look."""
    turns = tuple(
        replace(turn, proofs=tuple(replace(proof, proof="1." + "A" * 43) for proof in turn.proofs))
        for turn in record.turns
    )
    return replace(record, turns=turns)


def under_another_id(record: GameRecord) -> GameRecord:
    return replace(record, match_id=f"{record.match_id}again")


def spliced(record: GameRecord) -> GameRecord:
    """Return it with the proofs of another match's turns."""
    other = proved_match(77)
    pairs = zip_longest(record.turns, other.turns[: len(record.turns)])
    turns = tuple(replace(mine, proofs=theirs.proofs if theirs else mine.proofs) for mine, theirs in pairs)
    return replace(record, turns=turns)


def with_its_own_proofs_moved(record: GameRecord) -> GameRecord:
    first, second = shots(record)[:2]
    return altered(record, second, proofs=record.turns[first].proofs)


def answered_otherwise(record: GameRecord) -> GameRecord:
    """Return it with other shots at the end, so that who won is another: the rules allow it, nobody answered so."""
    game = find_game("battleship")
    match = Match(
        game,
        {one.player: one for one in record.participants},
        seed=record.seed,
        policy_seed=record.policy_seed,
        match_id=record.match_id,
    )
    proofs = {(turn.step, turn.player): turn.proofs for turn in record.turns}
    random = Random(5)
    while match.outcome is None:
        for player in match.to_act():
            action = game.sample_action(match.ask(player), random)
            match.submit(player, action)
        match.advance()
    played = match.record()
    turns = tuple(replace(turn, proofs=proofs.get((turn.step, turn.player), ())) for turn in played.turns)
    return replace(played, turns=turns)


def saw_another_fleet(record: GameRecord) -> GameRecord:
    """Return it with another seed of the choices, by which every question was another."""
    return replace(record, policy_seed=record.policy_seed + 1)


def by_another_name(record: GameRecord) -> GameRecord:
    first, second = record.participants
    return replace(record, participants=(replace(first, name="sparring"), second))


def by_another_version(record: GameRecord) -> GameRecord:
    first, second = record.participants
    return replace(record, participants=(replace(first, version="9"), second))


def by_another_model(record: GameRecord) -> GameRecord:
    first, second = record.participants
    return replace(record, participants=(replace(first, sha256="0" * 64), second))


def with_a_stand_in(record: GameRecord) -> GameRecord:
    return altered(record, shots(record)[3], proofs=(), fallback="timeout")


FORGERIES = (
    made_up, under_another_id, spliced, with_its_own_proofs_moved, answered_otherwise, saw_another_fleet,
    by_another_name, by_another_version, by_another_model, with_a_stand_in,
)  # fmt: skip


@pytest.mark.parametrize("forge", FORGERIES, ids=lambda forge: forge.__name__)
def test_a_forgery_is_not_proved(forge: Callable[[GameRecord], GameRecord]):
    record = proved_match(3)
    assert why_unproved(record, KEYS, LISTED) == ""
    forged = forge(record)
    verify(forged)  # the rules have nothing against it
    assert why_unproved(forged, KEYS, LISTED) != ""


def test_a_match_cut_off_before_a_loss_has_no_result():
    record = proved_match(4)
    steps = record.steps - 1
    turns = tuple(turn for turn in record.turns if turn.step < steps)
    with pytest.raises(RecordError):
        verify(replace(record, steps=steps, turns=turns))


def test_who_answered_must_be_in_the_catalogue_with_this_game():
    record = proved_match(5)
    assert "knows no first_free that plays battleship" in why_unproved(record, KEYS, {"sparring": "battleship"})
    assert why_unproved(record, KEYS, LISTED | {"first_free": "pacman"}) != ""


def test_keys_rotate_and_old_records_stay_proved():
    old = proved_match(6)
    rotated = KEYS | {"2": b"2" * KEY_BYTES}
    new = proved_match(6, key_id="2", keys=rotated)
    assert [why_unproved(record, rotated) for record in (old, new)] == ["", ""]
    assert "with key 2, which this cloud does not have" in why_unproved(new, KEYS)


def test_no_function_can_sign_for_another():
    record = proved_match(7, signs_as="sparring")
    assert why_unproved(record, KEYS, LISTED) != ""


@pytest.mark.parametrize("text", ["", "1", "1:", "1:" + "0" * 63, "1:" + "0" * 66, "x:" + "0" * 64, "0" * 64])
def test_a_key_of_the_wrong_length_is_refused(text: str):
    with pytest.raises(ValueError, match=r"^PROOF_KEY has \d+ digits; wanted"):
        ProofKey.parse(text)


def test_a_key_is_read_as_it_is_written():
    key = ProofKey.of(KEYS["1"], "1", "easy")
    assert ProofKey.parse(str(key)) == key
    claim = Claim("easy", "1", "", "m", 3, 4, digest({"b": 1, "a": 2.5}), "B7")
    assert digest({"a": 2.5, "b": 1}) == claim.seen
    assert proves(prove(key, claim), key, claim)
    for field in Claim._fields:
        value = getattr(claim, field)
        other = claim._replace(**{field: value + 1 if isinstance(value, int) else value + "x"})
        assert not proves(prove(key, claim), key, other), field


class SoonLine:
    """A line on which every answer is there at the next look."""

    def __init__(self) -> None:
        self._done: list[Any] = []

    def send(self, ask: Any, to: Any, request: Any, observation: Any) -> None:
        self._done.append(answer(ask, to, request, observation))

    def collect(self) -> list[Any]:
        done, self._done = self._done, []
        return done


class Signing:
    """A function in this process that proves what it answers."""

    last_latency_ms = None

    def __init__(self, name: str) -> None:
        self.opponent = load_opponent(LADDER / name)
        self.key = ProofKey.of(KEYS["1"], "1", name)

    def ask(self, request: MoveRequest, _within_s: float) -> Reply:
        _, response = move(self.opponent, "1", request.to_json(), cold=False, key=self.key, request_id="r")
        return Reply(response, 5.0, 1)


@pytest.fixture(scope="module")
def pacman_record() -> GameRecord:
    game = find_game("pacman")
    entry = {"name": "pacman_classic", "game": "pacman", "title": "Classic", "difficulty": 1, "endpoint": "http://h/x"}
    info = OpponentInfo.from_json({**entry, "version": "1"})
    other = OpponentInfo.from_json({**entry, "name": "pacman_easy", "version": "1"})
    team = Team.of(Controller(info, Signing("pacman_classic"), "1", load_opponent(LADDER / "pacman_classic").sha256))
    easy = Controller(other, Signing("pacman_easy"), "1", load_opponent(LADDER / "pacman_easy").sha256)
    team = team.give(["blinky"], easy)
    seats = {"pacman": Participant("pacman", "person", "Ada"), "ghosts": team.participant()}
    match = NetworkedMatch(Match(game, seats, seed=3, policy_seed=4), team, SoonLine())
    for tick in range(900):
        match.tick("left" if tick == 1 else None)
    return match.match.record()


PACMAN_LISTED = {"pacman_classic": "pacman", "pacman_easy": "pacman"}


def test_ghosts_that_are_asked_ahead_by_several_functions_are_proved(pacman_record: GameRecord):
    turns = [turn for turn in pacman_record.turns if turn.player == "ghosts"]
    assert {proof.name for turn in turns for proof in turn.proofs} == set(PACMAN_LISTED)
    assert sum(proof.step < turn.step for turn in turns for proof in turn.proofs) >= 15
    verify(pacman_record)
    assert why_unproved(pacman_record, KEYS, PACMAN_LISTED) == ""


def exits_now(record: GameRecord, step: int, ghost: str) -> tuple[str, ...]:
    frame = next(frame for frame in replay(record) if frame.step == step)
    (decision,) = [item for item in find_game("pacman").ask(frame.state, "ghosts").decide if item.ghost == ghost]
    return decision.exits


def test_an_exit_that_no_ghost_was_told_is_not_proved(pacman_record: GameRecord):
    index, turn = next(
        (index, turn) for index, turn in enumerate(pacman_record.turns) if turn.proofs and " " not in turn.action
    )
    ghost, _, went = turn.action.partition(":")
    other = next(way for way in exits_now(pacman_record, turn.step, ghost) if way != went)
    turns = (*pacman_record.turns[:index], replace(turn, action=f"{ghost}:{other}"))
    forged = replace(pacman_record, turns=turns, steps=turn.step + 1)
    assert f"nobody answered {ghost}:{other}" in why_unproved(forged, KEYS, PACMAN_LISTED)


def test_an_answer_about_one_junction_proves_nothing_at_another(pacman_record: GameRecord):
    """The same ghost, the same way out, an honest answer: given for another place."""
    turns = pacman_record.turns
    pairs = [
        (early, late)
        for early in turns
        for late in turns
        if early.proofs and late.proofs and early.action == late.action and early.step + 100 < late.step
    ]
    early, late = pairs[0]
    forged = replace(
        pacman_record, turns=tuple(replace(turn, proofs=early.proofs) if turn is late else turn for turn in turns)
    )
    assert f"step {late.step}, ghosts: nobody answered {late.action}" in why_unproved(forged, KEYS, PACMAN_LISTED)


def test_the_seed_of_a_decision_is_part_of_its_proof():
    record = proved_match(8)
    turn = record.turns[shots(record)[0]]
    assert move_seed(record.policy_seed, turn.step, turn.player) != move_seed(0, turn.step, turn.player)
    assert why_unproved(replace(record, policy_seed=0), KEYS) != ""


def old_answer(**more: Any) -> dict[str, Any]:
    """Return what a function of a release before proofs answers."""
    model = {"name": "first_free", "version": "1", "sha256": ""}
    return {"action": "A1", "model": model, "compute_ms": 1.0, "cold": True, "explanation": None, **more}


def test_an_old_function_is_understood_by_a_new_client_and_its_turns_have_no_proof():
    response = MoveResponse.from_json(old_answer())
    assert (response.proof, response.request_id, response.init_ms) == (None, None, None)
    assert proofs_of(response, Participant("one", "function", "first_free", "1")) == ()


def test_a_new_function_is_understood_by_a_client_that_passes_over_what_it_does_not_know():
    said = MoveResponse.from_json(old_answer(proof="1.abc", request_id="r", init_ms=3.0)).to_json()
    known = {"action", "model", "compute_ms", "cold", "explanation"}  # all that clients before proofs read
    assert {key: said[key] for key in known} == old_answer()
    assert MoveResponse.from_json(old_answer(of_a_later_release=1)).action == "A1"


def test_a_record_without_proofs_is_written_as_before_so_that_old_clouds_take_it():
    record = proved_match(9)
    bare = replace(record, turns=tuple(replace(turn, proofs=()) for turn in record.turns))
    old = {"step", "player", "action", "participant", "at_ms", "latency_ms", "compute_ms", "cold", "fallback", "note"}
    assert {key for turn in bare.to_json()["turns"] for key in turn} <= old
    assert GameRecord.from_line(bare.to_line()) == bare
    assert not bears_proofs(bare)
    assert why_unproved(bare, KEYS, LISTED) == "step 0, one: there is no proof"


def test_an_old_function_without_a_key_goes_on_and_proves_nothing():
    opponent = load_opponent(EXAMPLE)
    game = find_game("battleship")
    seen = game.encode_observation(game.ask(game.start({}, Random(1)), "one"))
    request = MoveRequest("battleship", "m", 0, 1, seen)
    _, without = move(opponent, "1", request.to_json(), cold=False)
    _, proved = move(opponent, "1", request.to_json(), cold=False, key=ProofKey.of(KEYS["1"], "1", "first_free"))
    assert without.proof is None
    assert "proof" not in without.to_json()
    assert replace(proved, proof=None, compute_ms=0) == replace(without, compute_ms=0)


@pytest.mark.parametrize("digits", ["", "abcd", "0" * 63, "0" * 66, "x" * 64])
def test_a_key_of_the_platforms_of_the_wrong_length_is_told_in_a_sentence(digits: str):
    with pytest.raises(KeyLengthError, match=rf"^key 2 of the platform has {len(digits)} digits; wanted: 64 in hex$"):
        parse_keys({"1": "0" * 64, "2": digits})


def test_the_newest_key_is_the_one_with_the_highest_number():
    assert newest(parse_keys({number: new_key() for number in ("2", "10", "9")})) == "10"


def test_keys_are_numbered_in_the_order_in_which_they_were_made_those_of_an_earlier_release_first():
    made: dict[str, bytes] = {"1": b"k" * KEY_BYTES, "2": b"l" * KEY_BYTES}
    for _ in range(12):
        key = new_key()
        number = number_of(key, made)
        assert number not in made
        made[number] = bytes.fromhex(key)
        assert newest(parse_keys({name: value.hex() for name, value in made.items()})) == number


def test_no_two_platforms_number_their_keys_alike():
    assert len({number_of(new_key(), {}) for _ in range(100)}) == 100


def test_what_another_platform_proved_is_told_from_a_forgery():
    own = new_key()
    keys = {number_of(own, {}): bytes.fromhex(own)}
    assert foreign_keys(proved_match(10), keys) == {"1"}
    assert foreign_keys(made_up(proved_match(10)), KEYS) == set()
    key_id = next(iter(keys))
    record = proved_match(10, keys=keys, key_id=key_id)
    assert ProofKey.parse(str(ProofKey.of(keys[key_id], key_id, "sparring"))).key_id == key_id
    assert (foreign_keys(record, keys), why_unproved(record, keys, LISTED)) == (set(), "")
    assert foreign_keys(record, {**KEYS, number_of(new_key(), keys): b"m" * KEY_BYTES}) == {key_id}
