"""What holds for every game of backgammon, whatever is played: text, replay, and Position IDs."""

from __future__ import annotations

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from games.backgammon import rules
from games.backgammon.kernel import CHECKERS
from games.backgammon.position import parse_position_id, position_id
from games.backgammon.turns import NO_MOVE, board_after, legal_turns, parse_turn, print_turn, turn_of
from games.match import Match, play
from games.record import GameRecord, Participant, verify

SEEDS = st.integers(0, 2**32)
OPTIONS = st.sampled_from([{}, {"points": 3}, {"cube": True, "jacoby": True}, {"points": 5, "crawford": False}])


def bold(observation: rules.Observation, random: Random) -> rules.Action:
    if observation.phase == "roll" and random.random() < 0.2:
        return rules.DOUBLE
    if observation.phase == "answer" and random.random() < 0.4:
        return rules.DROP
    return rules.sample_action(observation, random)


@settings(max_examples=15, deadline=None)
@given(OPTIONS, SEEDS)
def test_a_record_replays_to_what_was_played(options: dict[str, object], seed: int) -> None:
    seats = {player: Participant(player, "bot", "bold") for player in rules.PLAYERS}
    match = Match(rules, seats, seed=seed, policy_seed=seed + 1, options=options)  # type: ignore[arg-type]
    record = play(match, dict.fromkeys(rules.PLAYERS, bold))
    verify(GameRecord.from_line(record.to_line()))
    assert record.outcome is not None
    assert max(record.outcome.scores.values()) >= options.get("points", 1)  # type: ignore[operator]


@settings(max_examples=8, deadline=None)
@given(SEEDS)
def test_every_legal_turn_is_written_and_read_alike_and_keeps_all_checkers(seed: int) -> None:
    random = Random(seed)
    state = rules.start({}, random)
    while not rules.outcome(state):
        board, dice = state.view.board, state.view.dice
        assert dice is not None
        assert parse_position_id(position_id(board)) == board
        legal = legal_turns(board, dice)
        assert len({after for _, after in legal}) == len({print_turn(turn) for turn, _ in legal}) == len(legal)
        for turn, after in legal:
            assert parse_turn(print_turn(turn)) == turn
            assert board_after(board, turn) == after or turn == NO_MOVE
            assert -sum(one for one in after if one < 0) == -sum(one for one in board if one < 0) <= CHECKERS
        state, _ = rules.step(state, {state.turn: random.choice([turn for turn, _ in legal])})


@given(st.lists(st.tuples(st.integers(1, 25), st.integers(1, 6)), min_size=1, max_size=4), st.sets(st.integers(1, 24)))
def test_however_moves_are_listed_a_turn_is_written_in_one_way(moves: list[tuple[int, int]], hit: set[int]) -> None:
    hops = [(source, max(source - die, 0)) for source, die in moves]
    hits = hit & {target for _, target in hops if target}
    turn = turn_of(hops, hits)
    assert turn == turn_of(hops[::-1], hits)
    assert parse_turn(print_turn(turn)) == turn
