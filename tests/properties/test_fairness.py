"""Promises about chance: what was promised is what was played, and what differs from it is found."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from games.backgammon import rules as backgammon
from games.backgammon.dice import throws
from games.battleship import rules as battleship
from games.fairness import MAX_WORD, Pledge
from games.match import Match, play
from games.record import BOT, GameRecord, Participant, RecordError, is_kept, verify

SECRETS = st.binary(min_size=32, max_size=32).map(bytes.hex)
WORDS = st.text(st.characters(categories=("L", "N", "P")), max_size=MAX_WORD)


def played(pledge: Pledge) -> GameRecord:
    seats = {player: Participant(player, BOT, "anyone") for player in backgammon.PLAYERS}
    match = Match(backgammon, seats, seed=pledge, policy_seed=4, match_id="m")
    return play(match, dict.fromkeys(backgammon.PLAYERS, backgammon.sample_action), max_steps=12)


def sealed() -> GameRecord:
    """A match of Battleship whose placements were sealed."""
    seats = {player: Participant(player, BOT, "anyone") for player in battleship.PLAYERS}
    match = Match(battleship, seats, seed=Pledge.of("5e" * 32), policy_seed=4, match_id="m")
    for player in match.to_act():
        action = battleship.sample_action(match.ask(player), Random(player))
        seal = match.submit(player, action, sealed=True)
        assert seal is not None
        assert len(seal) == 64
    match.advance()
    for number in range(4):
        (player,) = match.to_act()
        assert match.submit(player, battleship.sample_action(match.ask(player), Random(number))) is None
        match.advance()
    return match.close()


@settings(deadline=None)  # the first match is slower than the others
@given(SECRETS, WORDS)
def test_a_record_with_a_pledge_is_read_again_and_verified(secret: str, word: str) -> None:
    record = played(Pledge.of(secret, word))
    again = GameRecord.from_line(record.to_line())
    assert again == record
    verify(again)
    assert is_kept(again)
    assert again.pledge is not None
    assert again.pledge.commitment == sha256(bytes.fromhex(secret)).hexdigest()


@pytest.mark.parametrize(
    ("given", "word"),
    [
        (" a word\n", "a word"),
        ("\x1b[0m\u202e", "[0m"),
        ("👩\u200d🚀", "👩🚀"),
        ("\ud800", ""),
        ("\u200d", ""),
        ("x" * 99, "x" * 40),
    ],
)
def test_any_text_makes_a_word_that_a_record_can_hold(given: str, word: str) -> None:
    record = played(Pledge.of("5e" * 32, given))
    again = GameRecord.from_line(record.to_line())
    assert again.pledge is not None
    assert again.pledge.word == word
    verify(again)


@given(SECRETS, WORDS, WORDS)
def test_another_word_gives_other_dice(secret: str, word: str, other: str) -> None:
    one, two = Pledge.of(secret, word), Pledge.of(secret, other)
    assert (one.seed == two.seed) == (one.word == two.word)
    assert one.commitment == two.commitment, "the promise was made before the word was known"
    assert 0 <= one.seed < 2**63


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (lambda record: replace(record, seed=record.seed ^ 1), "seed"),
        (lambda record: replace(record, pledge=replace(record.pledge, word="another")), "seed"),
        (lambda record: replace(record, pledge=replace(record.pledge, secret="77" * 32)), "pledge.secret"),
        (lambda record: replace(record, pledge=replace(record.pledge, commitment="77" * 32)), "pledge.secret"),
        (lambda record: replace(record, pledge=Pledge.of("77" * 32, "a word")), "seed"),
    ],
)
def test_dice_that_do_not_follow_from_what_was_promised_are_found(change: object, field: str) -> None:
    record = played(Pledge.of("5e" * 32, "a word"))
    verify(record)
    wrong = change(record)  # type: ignore[operator]
    with pytest.raises(RecordError) as refused:
        verify(wrong)
    assert refused.value.field == field
    assert not is_kept(wrong)


def test_a_fleet_that_is_not_the_one_that_was_sealed_is_found() -> None:
    record = sealed()
    verify(record)
    one, two, *shots = record.turns
    assert one.action != two.action
    with pytest.raises(RecordError, match="turn 0 is not the one that was sealed") as refused:
        verify(replace(record, turns=(replace(one, action=two.action), two, *shots)))
    assert refused.value.field == "turns[0].seal"
    with pytest.raises(RecordError, match="sealed without a pledge"):
        verify(replace(record, pledge=None))
    assert [turn.seal for turn in shots] == [None] * 4
    assert ["seal" in turn for turn in record.to_json()["turns"]] == [True, True, False, False, False, False]


def test_a_record_without_a_pledge_stays_as_it_was() -> None:
    record = replace(played(Pledge.of("5e" * 32)), pledge=None)
    assert "pledge" not in record.to_json()
    verify(GameRecord.from_line(record.to_line()))
    assert not is_kept(record)


@pytest.mark.parametrize(
    ("pledge", "field"),
    [
        ({}, "pledge.commitment"),
        ({"commitment": "5e" * 32, "secret": "5E" * 32}, "pledge.secret"),
        ({"commitment": "5e" * 31, "secret": "5e" * 32}, "pledge.commitment"),
        ({"commitment": "5e" * 32, "secret": "5e" * 32, "word": "x" * 41}, "pledge.word"),
        ({"commitment": "5e" * 32, "secret": "5e" * 32, "word": "\n"}, "pledge.word"),
        (None, "pledge"),
    ],
)
def test_an_odd_pledge_is_refused_with_its_field(pledge: object, field: str) -> None:
    data = {**played(Pledge.of("5e" * 32)).to_json(), "pledge": pledge}
    with pytest.raises(RecordError) as refused:
        GameRecord.from_json(data)
    assert refused.value.field == field


def test_what_functions_are_sent_tells_nothing_of_the_throws_to_come() -> None:
    """Two matches whose first roll is the same differ in nothing that a function is sent, though all later rolls do."""
    seats = {player: Participant(player, BOT, "anyone") for player in backgammon.PLAYERS}
    pledges = (Pledge.of(f"{number:064x}") for number in range(400))
    matches = [Match(backgammon, seats, seed=pledge, policy_seed=9, match_id="m") for pledge in pledges]
    alike = [match for match in matches if match.state.view == matches[0].state.view]
    alike = [match for match in alike if match.state.turn == matches[0].state.turn]
    assert len(alike) > 5
    sent = set()
    for match in alike:
        (player,) = match.to_act()
        asked = backgammon.encode_observation(match.ask(player))
        sent.add((player, match.match_id, match.step_number, match.seed_for(player), repr(asked)))
    assert len(sent) == 1
    assert len({throws(match.state.secret, 1) for match in alike}) > 3


def test_every_face_is_thrown_as_often_as_every_other() -> None:
    """Chi-squared over 60,000 dice of 600 secrets; 20.5 is exceeded once in a thousand by fair dice."""
    counts = [0] * 6
    for number in range(600):
        secret = sha256(str(number).encode()).hexdigest()
        for throw in range(50):
            for face in throws(secret, throw)[0]:
                counts[face - 1] += 1
    expected = sum(counts) / 6
    assert sum(counts) == 60_000
    assert sum((count - expected) ** 2 / expected for count in counts) < 20.5
