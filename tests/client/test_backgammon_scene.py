"""Backgammon in the window: whole matches by mouse and without one, half-made turns, the cube, the move list."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

import pytest
from rooms import backgammon as sit_down
from rooms import open_backgammon, open_backgammon_offer, play_backgammon

from client.games.backgammon import fallback, geometry
from client.games.backgammon.before import BeforeScene
from client.games.backgammon.explanation import read_thought
from client.games.backgammon.half_turn import HalfTurn, hops_of
from client.games.backgammon.scene import BackgammonScene
from client.scene_manager import Setup
from client.scenes import open_scene
from client.scenes.menu import MenuScene
from client.scenes.swap import SwapScene
from client.ui.inputs import (
    ACCEPT,
    BACK,
    DOWN,
    ERASE,
    GAMEPAD,
    LEFT,
    LEFT_BUTTON,
    NEXT,
    RIGHT,
    RIGHT_BUTTON,
    SHUFFLE,
    SWAP,
    TURN,
    UP,
    Command,
    Pointer,
    Typed,
)  # fmt: skip
from games.backgammon import rules
from games.backgammon.kernel import BAR
from games.backgammon.position import parse_position_id
from games.backgammon.turns import NO_MOVE, OPENING, board_after, flipped, legal_turns, print_turn
from games.match import Match, play
from games.record import BOT, FUNCTION, PERSON, Participant, verify

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tables import Table

    from games.backgammon.turns import Board

CLOSED_OUT = (0, 2, 2, 2, 2, 2, 2, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, -5, 0, -9, 0, 0, 0, 0, 0, 0)


def until(table: Table, done: Callable[[], bool], ticks: int = 20_000) -> None:
    for _ in range(ticks):
        if done():
            return
        table.tick()
    pytest.fail("it did not come to that")


def to_move(table: Table, scene: BackgammonScene) -> HalfTurn:
    """Wait for a turn in which there is a choice."""
    play_backgammon(table, scene, lambda: ready_to_move(scene))
    assert scene.duel.half is not None
    return scene.duel.half


def ready_to_move(scene: BackgammonScene) -> bool:
    half = scene.duel.half
    return half is not None and scene.duel.settled and not half.hops and half.forced is None


def click(scene: BackgammonScene, x: float, y: float) -> None:
    scene.handle(Pointer("move", x, y))
    scene.handle(Pointer("press", x, y, button=LEFT_BUTTON))
    scene.handle(Pointer("release", x, y, button=LEFT_BUTTON))


def middle(box: tuple[float, float, float, float]) -> tuple[float, float]:
    return box[0] + box[2] / 2, box[1] + box[3] / 2


def click_place(scene: BackgammonScene, place: int) -> None:
    click(scene, *middle(geometry.place_box(place)))


def click_button(scene: BackgammonScene, label: str) -> None:
    scene.draw(scene_canvas(scene), 0.0)
    (button,) = (one for one in scene.buttons.widgets if one.label == label)
    click(scene, *middle(button.box))


def scene_canvas(scene: BackgammonScene) -> object:
    return scene.manager.canvas  # type: ignore[attr-defined]


def drag(scene: BackgammonScene, source: int, target: int) -> None:
    start, end = (middle(geometry.place_box(place)) for place in (source, target))
    scene.handle(Pointer("press", *start, button=LEFT_BUTTON))
    scene.handle(Pointer("move", start[0] + 20, start[1]))
    scene.handle(Pointer("move", *end))
    scene.handle(Pointer("release", *end, button=LEFT_BUTTON))


def wander(seed: int, turns: int) -> Iterator[tuple[Board, tuple[int, int]]]:
    """Yield positions and rolls of random games, from the mover's side."""
    chance, board = Random(seed), OPENING
    for _ in range(turns):
        dice = chance.randint(1, 6), chance.randint(1, 6)
        yield board, dice
        board = flipped(chance.choice(legal_turns(board, dice))[1])
        if all(one >= 0 for one in board) or all(one <= 0 for one in board):
            board = OPENING


@pytest.fixture
def table(table: Table) -> Table:
    table.manager.canvas = table.canvas  # type: ignore[attr-defined]
    return table


def test_a_half_made_turn_leads_to_every_legal_turn_and_to_no_other() -> None:
    for board, dice in wander(3, 150):
        legal = {after for _, after in legal_turns(board, dice)}
        reached = set()
        seen = set()

        def follow(half: HalfTurn, reached: set[Board] = reached, seen: set[object] = seen) -> None:
            key = half.board, tuple(sorted(half.left))
            if key in seen:
                return
            seen.add(key)
            if half.ready:
                assert board_after(half.start, half.turn()) == half.board
                reached.add(half.board)
                assert not half.sources()
                return
            assert half.sources()
            for source in half.sources():
                for target in half.landings(source):
                    count = len(half.play(source, target))
                    follow(half)
                    for _ in range(count):
                        half.undo()

        follow(HalfTurn(board, dice))
        assert reached == legal, (board, dice)


def test_every_legal_turn_is_taken_apart_into_moves_that_lead_there() -> None:
    for board, dice in wander(5, 300):
        for turn, after in legal_turns(board, dice):
            moved = board
            for hop in hops_of(board, turn):
                cells = list(moved)
                assert hop.hit == (hop.target > 0 and cells[hop.target] == -1)
                cells[hop.source] -= 1
                if hop.hit:
                    cells[hop.target], cells[0] = 0, cells[0] - 1
                if hop.target:
                    cells[hop.target] += 1
                moved = tuple(cells)
            assert moved == after, (board, dice, print_turn(turn))


def test_one_checker_goes_the_way_that_hits_where_two_ways_lead_there() -> None:
    board = list(OPENING)
    board[22], board[19] = -1, -4
    half = HalfTurn(tuple(board), (2, 1))
    way = half.landings(24)[21]
    assert [(hop.source, hop.target, hop.hit) for hop in way] == [(24, 22, True), (22, 21, False)]


def test_the_only_checker_that_plays_both_dice_must_be_moved() -> None:
    half = HalfTurn(CLOSED_OUT, (6, 6))
    assert half.sources() == (13,)
    assert not half.ready


def test_a_whole_match_by_clicks_is_a_record_that_the_rules_allow(table: Table) -> None:
    scene = sit_down(table, points=1)
    chance = Random(4)
    while not scene.ended:
        half = scene.duel.half
        if half is not None and scene.duel.settled:
            if half.ready:
                click_button(scene, "Pass" if half.forced == NO_MOVE else "Play")
            else:
                source = chance.choice(half.sources())
                target = chance.choice(list(half.landings(source)))
                click_place(scene, source)
                assert scene.hand.selected == source
                click_place(scene, target)
        table.tick()
    (record,) = table.records
    verify(record)
    assert record.outcome is not None
    assert [(one.kind, one.name) for one in record.participants] == [(PERSON, "Ada"), (FUNCTION, "delta")]
    scene.draw(table.canvas, 0.0)
    click_button(scene, "Again")
    (before,) = table.manager.scenes
    assert isinstance(before, BeforeScene)
    assert before.options == {"points": 1}
    assert before.commitment != scene.duel.match.record().pledge.commitment
    before.handle(Command(ACCEPT))
    assert isinstance(table.manager.scenes[-1], BackgammonScene)


def test_a_whole_match_with_the_cube_is_played_without_a_mouse(table: Table) -> None:
    table.manager.device = GAMEPAD
    scene = sit_down(table, points=3)
    while not scene.ended:
        half = scene.duel.half
        if scene.duel.phase in ("roll", "answer"):
            assert not scene.on_board, "the choice is what accept presses"
            scene.handle(Command(ACCEPT))
        elif half is not None and scene.duel.settled:
            if not half.ready:
                scene.handle(Command(NEXT))
                scene.handle(Command(ACCEPT))
                scene.handle(Command(NEXT))
            scene.handle(Command(ACCEPT))
        table.tick()
    (record,) = table.records
    verify(record)
    assert record.outcome is not None
    assert max(record.outcome.scores.values()) >= 3
    scene.draw(table.canvas, 0.0)
    scene.handle(Command(LEFT))
    scene.handle(Command(ACCEPT))
    assert isinstance(table.manager.scenes[-1], MenuScene)


def test_the_cursor_comes_to_every_place_by_arrows_and_on_to_the_buttons(table: Table) -> None:
    scene = sit_down(table)
    to_move(table, scene)
    seen = set()
    for upper in (UP, DOWN):
        scene.handle(Command(upper))
        for _ in range(13):
            scene.handle(Command(LEFT))
        for _ in range(13):
            seen.add(scene.hand.cursor)
            scene.handle(Command(RIGHT))
            scene.handle(Command(upper))
        seen.add(scene.hand.cursor)
    assert seen == set(range(26))
    scene.handle(Command(RIGHT))
    assert not scene.on_board
    scene.handle(Command(LEFT))
    assert scene.on_board


@pytest.mark.parametrize("take_back", [Command(TURN), Command(ERASE), Pointer("press", 5, 5, button=RIGHT_BUTTON)])
def test_a_half_made_turn_is_taken_back_move_by_move_until_it_is_confirmed(table: Table, take_back: object) -> None:
    scene = sit_down(table)
    half = to_move(table, scene)
    before = scene.duel.shown.board
    while not half.ready:
        source = half.sources()[0]
        drag(scene, source, next(iter(half.landings(source))))
        until(table, lambda: scene.duel.settled)
    assert scene.duel.shown.board == half.board != before
    assert scene.duel.match.observe("white").board == before, "the rules know nothing of it yet"
    made = len(half.hops)
    for _ in range(made):
        scene.handle(take_back)
    assert scene.duel.shown.board == before
    assert not half.hops
    scene.handle(take_back)
    assert scene.refused[0] == "Nothing has been moved yet"


def test_a_checker_that_is_let_go_where_it_may_not_stand_returns(table: Table) -> None:
    scene = sit_down(table)
    half = to_move(table, scene)
    source = half.sources()[0]
    wrong = next(place for place in range(1, BAR) if place not in half.landings(source) and place != source)
    drag(scene, source, wrong)
    assert not half.hops
    assert scene.hand.selected is None
    click_place(scene, source)
    click_place(scene, wrong)
    assert not half.hops


def test_a_turn_cannot_be_played_before_it_is_whole(table: Table) -> None:
    scene = sit_down(table)
    half = to_move(table, scene)
    scene._confirm()
    assert scene.refused[0] == "The turn is not whole yet"
    assert scene.duel.half is half


@pytest.mark.parametrize("automatic", [True, False])
def test_a_forced_turn_plays_itself_only_if_the_person_wants_that(table: Table, *, automatic: bool) -> None:
    table.manager.settings.play_forced = automatic
    scene = sit_down(table, points=5, cube=False)

    def forced() -> bool:
        half = scene.duel.half
        return half is not None and half.forced is not None and scene.duel.settled

    play_backgammon(table, scene, forced)
    step, count = scene.duel.match.step_number, len(scene.duel.log)
    table.tick(90)
    assert (scene.duel.match.step_number > step) == automatic
    if automatic:
        assert scene.duel.log[count].mine
    verify(scene.duel.match.record())


def test_double_and_drop_end_the_game_and_the_cube_shows_who_owns_it(table: Table) -> None:
    scene = sit_down(table, points=5)
    play_backgammon(table, scene, lambda: scene.duel.phase == "roll")
    click_button(scene, "Double")
    until(table, lambda: scene.duel.phase is not None or scene.duel.half is not None)
    assert [line.words for line in scene.duel.log[-2:]] == ["doubles to 2", "takes"], "the stand-in takes"
    assert (scene.duel.shown.cube, scene.duel.shown.owner) == (2, False)
    scene.draw(table.canvas, 0.0)
    verify(scene.duel.match.record())


def test_what_is_shown_in_the_end_of_every_step_is_what_is_true(table: Table) -> None:
    scene = sit_down(table, points=3)
    told = []

    def check() -> bool:
        duel = scene.duel
        if duel.settled and duel.half is None and duel.match.outcome is None:
            view = duel.match.observe("white")
            told.append(duel.shown.board == view.board and duel.shown.score == view.score)
        return scene.ended

    duel, settle = scene.duel, scene.duel._settle
    wrong = []

    def compare() -> None:
        view = duel.match.observe("white")
        if duel.half is None and duel.shown.board != view.board and duel.match.outcome is None:
            wrong.append((duel.shown.board, view.board))
        settle()

    duel._settle = compare  # type: ignore[method-assign]
    play_backgammon(table, scene, check)
    assert not wrong, "checkers were moved otherwise than the rules did"
    assert all(told)
    assert len(told) > 50


def test_another_function_takes_the_seat_in_the_middle_and_the_record_names_both(table: Table) -> None:
    table.listed.append(table.listed[3].__class__("omega", "backgammon", "Omega", 4, "http://nowhere/omega", "9"))
    scene = sit_down(table, points=1)
    to_move(table, scene)
    scene.handle(Command(SWAP))
    overlay = table.manager.scenes[-1]
    assert isinstance(overlay, SwapScene)
    until(table, lambda: overlay._picker.chosen is not None and len(overlay._picker._rows) == 2, 10**6)
    overlay._picker.chosen_name = "omega"
    overlay.handle(Command(ACCEPT))
    play_backgammon(table, scene, lambda: scene.ended)
    (record,) = table.records
    verify(record)
    assert [one.name for one in record.participants] == ["Ada", "delta", "omega"]


def test_a_stand_ins_turns_are_marked(table: Table) -> None:
    table.fallback = "timeout"
    scene = sit_down(table, points=1)
    play_backgammon(table, scene, lambda: scene.ended)
    assert all(line.stood_in != line.mine for line in scene.duel.log if line.dice)
    assert {turn.fallback for turn in table.records[0].turns if turn.player == "black"} == {"timeout"}


def test_with_less_motion_the_same_happens_and_nothing_moves_while_nothing_happens(table: Table) -> None:
    table.manager.settings.reduced_motion = True
    scene = sit_down(table)
    to_move(table, scene)
    scene.refused = ("", -9.0)
    one = table.picture()
    table.tick(7)
    assert table.picture() == one


def test_the_opponent_is_asked_to_explain_only_when_someone_wants_to_know(table: Table) -> None:
    scene = sit_down(table, cube=False)
    to_move(table, scene)
    assert not any(explain for _, explain in table.clients[0].asked)
    assert scene.duel.thought is None
    scene.handle(Command(SHUFFLE))
    play_backgammon(table, scene, lambda: scene.duel.thought is not None)
    assert scene.duel.thought is not None
    assert scene.duel.thought.best[1] == ("24/18*/13", "-0.047", "hits on 18")
    assert scene.duel.thought.chances[0] == ("wins", 0.56)
    table.picture()


@pytest.mark.parametrize(
    "said",
    [
        None,
        7,
        [],
        {},
        {"turns": None},
        {"turns": [1, None, [], {}]},
        {"turns": [{"turn": "8/5", "equity": 1e999}]},
        {"turns": [{"turn": "8/5", "equity": "x"}]},
        {"turns": [{"equity": 1}]},
        {"cube": 5},
        {"cube": {"take": None}},
    ],
)
def test_an_explanation_that_names_no_turn_is_passed_over(said: object) -> None:
    assert read_thought(said) is None


def test_what_is_odd_inside_an_explanation_does_no_harm(table: Table) -> None:
    turns = [{"turn": "x" * 500, "equity": 0.5, "why": 9, "chances": {"win": "often", "win_gammon": 2}}, 5]
    thought = read_thought({"turns": [*turns, {"turn": "8/5", "chance": True}]})
    assert thought is not None
    assert thought.best == (("x" * 80, "+0.500", ""),)
    scene = sit_down(table)
    scene.duel.explain, scene.duel.thought = True, thought
    table.picture()


def test_what_is_said_of_the_cube_and_by_likelihood_is_read_too() -> None:
    cube = read_thought({"cube": {"no_double": 0.41, "take": 0.5, "drop": 1.0}, "chances": {"win": 0.7}})
    assert cube is not None
    assert cube.best == (("no double", "+0.410", ""), ("take", "+0.500", ""), ("drop", "+1.000", ""))
    assert cube.chances == (("wins", 0.7),)
    likely = read_thought({"turns": [{"turn": "8/5", "chance": 0.3, "why": ["runs", "hits"]}]})
    assert likely is not None
    assert likely.best == (("8/5", "30%", "runs, hits"),)


def test_escape_lets_go_of_the_checker_first_and_then_pauses(table: Table) -> None:
    scene = sit_down(table)
    to_move(table, scene)
    scene.handle(Command(NEXT))
    scene.handle(Command(ACCEPT))
    assert scene.hand.selected is not None
    scene.handle(Command(BACK))
    assert scene.hand.selected is None
    assert table.manager.scenes[-1] is scene
    scene.handle(Command(BACK))
    assert table.manager.scenes[-1] is not scene


def test_leaving_in_the_middle_hands_the_record_over_once(table: Table) -> None:
    open_backgammon(table)
    table.manager.to_menu()
    (record,) = table.records
    assert record.outcome is None
    verify(record)


def test_every_place_is_found_where_its_checkers_are_drawn() -> None:
    board = parse_position_id("4HPwATDgc/ABMA")
    assert board == OPENING
    for place in range(1, BAR + 1):
        for count in (1, 5, 9):
            for index in range(count):
                assert geometry.place_at(*geometry.centre((True, place), index, count)) == place
                if place < BAR:
                    assert geometry.place_at(*geometry.centre((False, BAR - place), index, count)) == place
    assert geometry.place_at(*geometry.centre((True, geometry.OFF), 14, 15)) == geometry.OFF
    assert rules.INFO.person == "white"


def before(table: Table, **options: object) -> BeforeScene:
    scene = open_scene(table.manager, Setup("backgammon", table.listed[3], options))
    assert isinstance(scene, BeforeScene)
    table.manager.push(scene)
    return scene


def test_the_dice_follow_from_a_promised_secret_and_the_persons_word(table: Table) -> None:
    scene = before(table)
    table.picture()
    promised = scene.commitment
    for event in (Typed("w"), Command(UP, from_letter=True), Typed("ord\n\u202e"), Typed("s"), Command(ERASE)):
        scene.handle(event)
    scene.handle(Command(ACCEPT))
    (played,) = table.manager.scenes
    assert isinstance(played, BackgammonScene)
    assert played.duel.hud.promise == ("dice promised", promised)
    play_backgammon(table, played, lambda: played.ended)
    table.picture()
    assert played.duel.hud.promise == ("dice kept as promised", promised)
    (record,) = table.records
    verify(record)
    assert record.pledge is not None
    assert (record.pledge.commitment, record.pledge.word) == (promised, "word")


def test_every_match_has_a_secret_of_its_own(table: Table) -> None:
    assert before(table).commitment != before(table).commitment


@pytest.mark.parametrize(
    ("given", "moves", "chosen"),
    [
        ({}, "", {}),
        ({}, "+", {"points": 1}),
        ({}, "++", {"points": 3}),
        ({}, "++c", {"points": 3, "cube": False}),
        ({}, "c", {"cube": True}),
        ({"points": 4, "crawford": False}, "", {"points": 4, "crawford": False}),
        ({"points": 4}, "+", {"points": 5}),
        ({"points": 1}, "-", {}),
        ({"cube": True, "jacoby": True}, "", {"cube": True, "jacoby": True}),
        ({"cube": True, "jacoby": True}, "+", {"points": 1}),
        ({"cube": True, "jacoby": True}, "c", {}),
    ],
)
def test_length_and_cube_are_chosen_before_the_match(table: Table, given: object, moves: str, chosen: object) -> None:
    scene = before(table, **given)  # type: ignore[arg-type]
    slider, switch = scene.widgets[:2]
    for move in moves:
        if move == "c":
            switch.press()
        else:
            slider.adjust(1 if move == "+" else -1)
    table.picture()
    assert scene.options == chosen
    scene.handle(Command(ACCEPT))
    assert table.manager.scenes[-1].setup.options == chosen
    assert table.manager.scenes[-1].duel.match.record().options == chosen


def test_the_word_can_be_written_without_a_keyboard_and_escape_leads_to_the_menu(table: Table) -> None:
    scene = before(table)
    letters = {widget.label: widget.box for widget in scene.widgets}
    for letter in ("A", "B", "C", "Erase"):
        x, y = middle(letters[letter])
        scene.handle(Pointer("press", x, y, button=LEFT_BUTTON))
    assert scene.word == "AB"
    scene.handle(Typed("x" * 100))
    assert len(scene.word) == 40
    scene.handle(Command(BACK))
    assert isinstance(table.manager.scenes[-1], MenuScene)


def test_the_stand_in_plays_legally_and_beats_chance() -> None:
    won = 0
    for seed in range(40):
        seats = {player: Participant(player, BOT, "anyone") for player in rules.PLAYERS}
        match = Match(rules, seats, seed=seed, policy_seed=seed, options={"points": 1})
        record = play(match, {"white": fallback.policy, "black": rules.sample_action})
        verify(record)
        assert record.outcome is not None
        won += record.outcome.winner == "white"
    assert won >= 36


def test_the_stand_in_takes_a_double_that_is_even_and_drops_one_that_is_lost() -> None:
    even = rules.Observation("answer", OPENING, variant=rules.Variant(cube=True))
    board = [0] * 26
    board[24], board[25], board[22] = 14, 1, -15
    lost = replace(even, board=tuple(board))
    assert fallback.policy(even, Random(1)) == "take"
    assert fallback.policy(lost, Random(1)) == "drop"
    assert fallback.policy(replace(even, phase="roll"), Random(1)) == "roll"


@pytest.mark.parametrize(("label", "score", "cube"), [("Take", (0, 0), (2, True)), ("Drop", (0, 1), (1, None))])
def test_a_double_is_taken_or_dropped_by_a_button(
    table: Table, label: str, score: tuple[int, int], cube: tuple[int, bool | None]
) -> None:
    open_backgammon_offer(table)
    scene = table.manager.scenes[-1]
    assert isinstance(scene, BackgammonScene)
    assert scene.duel.shown.offered is False
    click_button(scene, label)
    until(table, lambda: scene.duel.settled)
    assert scene.duel.shown.score == score
    assert (scene.duel.shown.cube, scene.duel.shown.owner) == cube
    assert scene.duel.shown.offered is None
    verify(scene.duel.match.record())
