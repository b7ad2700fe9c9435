"""Every scene of the program, opened on a manager with fakes, and where it can be clicked."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import replace
from functools import partial
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from fake_tutor import FOUND, KNOWN, FakeTutor
from pacman_fakes import Fake, classic
from tables import wait_until

from client.acquaintances import Acquaintances
from client.games.backgammon.before import BeforeScene as BackgammonBefore
from client.games.backgammon.scene import BackgammonScene
from client.games.battleship.scene import BattleshipScene
from client.games.pacman.scene import OVER_TICKS, PacmanScene
from client.games.pacman.swap import PARTS, TeamSwapScene, _tab
from client.net.ratings import Rated
from client.records.acquaintance import Gain
from client.records.archive import Archive, Seat, Summary, summarise
from client.records.high_scores import Score
from client.records.leaderboard import Leaderboard
from client.records.recorder import save_record
from client.scene_manager import Setup
from client.scenes import open_scene
from client.scenes.acquaintance import AcquaintanceScene
from client.scenes.before import PAGE, BeforeScene, RulesScene, ScoresScene
from client.scenes.guided import BESIDE, END, DailyScene, LessonScene, start
from client.scenes.keys import KeysScene
from client.scenes.loading import LoadingScene
from client.scenes.menu import LIST, MenuScene
from client.scenes.name import NameScene
from client.scenes.pause import PauseScene
from client.scenes.profile import ProfileScene
from client.scenes.records import RecordsScene
from client.scenes.replay import LINE, ReplayScene
from client.scenes.result import ResultScene
from client.scenes.resume import ResumeScene
from client.scenes.settings import SettingsScene
from client.scenes.swap import SwapScene
from client.scenes.turn_based import TurnBasedScene
from client.scenes.welcome import WelcomeScene
from client.ui.inputs import ACCEPT, NEXT, SHUFFLE, Command, Typed
from games.battleship.fleet import Cell
from games.fairness import Pledge
from games.record import GameRecord
from games.record_fields import KINDS
from games.record_lines import read_lines

if TYPE_CHECKING:
    from collections.abc import Callable

    from tables import FakePendingMove, Table

    from client.records.acquaintance import Acquaintance
    from client.ui.canvas import Box
    from games.core import Player
    from games.match import Match

GOLDEN = Path(__file__).parents[1] / "golden" / "matches.jsonl"


def open_menu(table: Table) -> list[Box]:
    """The menu, with its lists filled."""
    menu = MenuScene(table.manager)
    table.manager.push(menu)
    wait_until(table, lambda: menu._picker.chosen is not None)
    return [*menu._cards.boxes().values(), LIST, *(widget.box for widget in menu._bar.widgets)]


def open_loading_trouble(table: Table) -> list[Box]:
    """The first scene, when the cloud did not start."""

    def prepare(_: object) -> object:
        raise RuntimeError("port 4566 is taken by another program; stop it, or choose another port")

    scene = LoadingScene(table.manager, prepare)
    table.manager.push(scene)
    wait_until(table, lambda: scene._group is not None)
    assert scene._group is not None
    return [widget.box for widget in scene._group.widgets]


def open_settings(table: Table) -> list[Box]:
    """What may be set, over the menu."""
    open_menu(table)
    scene = SettingsScene(table.manager)
    table.manager.push(scene)
    return [widget.box for widget in scene._group.widgets]


def open_keys(table: Table) -> list[Box]:
    """Keys of one's own, over the settings."""
    open_settings(table)
    scene = KeysScene(table.manager)
    table.manager.push(scene)
    return [widget.box for widget in scene._group.widgets]


def open_name(table: Table) -> list[Box]:
    """The letters, over the menu."""
    open_menu(table)
    scene = NameScene(table.manager)
    table.manager.push(scene)
    return [widget.box for widget in scene._group.widgets]


def open_placing(table: Table) -> list[Box]:
    """A fleet in the dock."""
    scene = BattleshipScene(table.manager, Setup("battleship", table.listed[0], {}))
    table.manager.push(scene)
    table.tick(6)
    return [*scene.placing.dock.values(), scene.placing_board.box, *(widget.box for widget in scene.buttons.widgets)]


def open_battle(table: Table) -> list[Box]:
    """A battle with marks on both seas, explained."""
    open_placing(table)
    scene = table.manager.scenes[-1]
    scene.handle(Command(SHUFFLE))
    scene._put_to_sea()
    wait_until(table, lambda: scene.battle.my_turn)
    scene.handle(Command(SHUFFLE))
    for column in range(3):
        scene.battle.shoot(Cell(column, column))
        wait_until(table, lambda: scene.battle.my_turn)
    return [scene.enemy_board.box, *(widget.box for widget in scene.buttons.widgets)]


def open_battle_end(table: Table) -> list[Box]:
    """A battle that is over, when its last banner is gone."""
    open_placing(table)
    scene = table.manager.scenes[-1]
    scene.handle(Command(SHUFFLE))
    scene._put_to_sea()
    cells = (Cell(number % 10, number // 10) for number in range(100))
    while not scene.ended:
        if scene.battle.my_turn:
            scene.battle.shoot(next(cell for cell in cells if scene.battle.may_shoot(cell)))
        table.tick()
    table.tick(200)
    return [widget.box for widget in scene.buttons.widgets]


def open_swap(table: Table) -> list[Box]:
    """Another opponent, over a battle."""
    open_battle(table)
    table.manager.scenes[-1].open_swap()
    scene = table.manager.scenes[-1]
    assert isinstance(scene, SwapScene)
    wait_until(table, lambda: scene._picker.chosen is not None)
    return [scene._picker.box]


def open_pacman(table: Table, **options: object) -> list[Box]:
    """A hunt that has just begun."""
    scene = PacmanScene(table.manager, Setup("pacman", table.listed[2], options), lambda one: Fake(classic, one.name))
    table.manager.push(scene)
    table.tick(500)
    return [scene.board.picture.box]


def open_pacman_end(table: Table) -> list[Box]:
    """A hunt that is over."""
    open_pacman(table, lives=1)
    scene = table.manager.scenes[-1]
    while not scene.over:
        table.tick()
    table.tick(OVER_TICKS + 1)
    return [widget.box for widget in scene._end.widgets]


def open_team(table: Table) -> list[Box]:
    """Another function for a ghost, over a hunt."""
    open_pacman(table)
    table.manager.scenes[-1]._open_swap()
    scene = table.manager.scenes[-1]
    assert isinstance(scene, TeamSwapScene)
    wait_until(table, lambda: scene._picker.chosen is not None)
    return [scene._picker.box, *(_tab(index) for index in range(len(PARTS)))]


def open_pause(table: Table) -> list[Box]:
    """A hunt whose window was left."""
    open_pacman(table)
    table.manager.away = True
    table.tick()
    scene = table.manager.scenes[-1]
    assert isinstance(scene, PauseScene)
    return [widget.box for widget in scene._group.widgets]


def open_plain(table: Table) -> list[Box]:
    """The plain scene with a hundred actions."""
    scene = TurnBasedScene(table.manager, Setup("battleship", table.listed[0], {}))
    table.manager.push(scene)
    table.tick(6)
    scene.handle(Command(SHUFFLE))
    scene.handle(Command(ACCEPT))
    wait_until(table, lambda: scene.panel.actions.count == 100)
    return [scene.panel.actions.box, *(widget.box for widget in scene.buttons.widgets)]


def open_plain_end(table: Table) -> list[Box]:
    """The plain scene when the match is over."""
    open_plain(table)
    scene = table.manager.scenes[-1]
    assert isinstance(scene, TurnBasedScene)
    while not scene.match.over:
        if scene.match.my_turn:
            scene.handle(Command(ACCEPT))
        table.tick()
    table.tick()
    return [widget.box for widget in scene.buttons.widgets]


def open_before(table: Table) -> list[Box]:
    """What there is before a match of Pac-Man, over the menu."""
    open_menu(table)
    scene = BeforeScene(table.manager, "pacman")
    table.manager.push(scene)
    return [widget.box for widget in scene._group.widgets]


def open_rules(table: Table) -> list[Box]:
    """The rules of Battleship."""
    open_before(table)
    table.manager.push(RulesScene(table.manager, "battleship"))
    return [PAGE]


def open_scores(table: Table) -> list[Box]:
    """Ten scores of Pac-Man."""
    open_before(table)
    table.manager.high_scores._scores = [
        Score("pacman", "W" * 16, 99_999 - index, "somebody with a very long name", "2026-11-27") for index in range(10)
    ]
    table.manager.push(ScoresScene(table.manager, "pacman"))
    return [PAGE]


def open_welcome(table: Table) -> list[Box]:
    """The first start, over the menu."""
    open_menu(table)
    scene = WelcomeScene(table.manager)
    table.manager.push(scene)
    return [widget.box for widget in scene._group.widgets]


def open_lesson(table: Table) -> list[Box]:
    """The first step of Battleship's lesson."""
    guided = LessonScene(table.manager, "battleship")
    start(table.manager, guided)
    table.tick(6)
    return [BESIDE]


def open_hunting_lesson(table: Table) -> list[Box]:
    """The first step of Pac-Man's lesson."""
    start(table.manager, LessonScene(table.manager, "pacman"))
    table.tick(400)
    return [BESIDE]


def open_daily_end(table: Table) -> list[Box]:
    """The day's challenge of Battleship, when it is over."""
    guided = DailyScene(table.manager, "battleship")
    start(table.manager, guided)
    random = Random(1)
    while not guided.done:
        if guided._hands.my_turn and guided.match.outcome is None:
            guided._hands.act(guided.match.game.sample_action(guided.match.ask("one"), random))
        table.tick()
    return [END]


def told_all(opener: Callable[[Table], list[Box]], table: Table) -> list[Box]:
    """A scene with all that is known of who answers."""
    table.manager.settings.hud = "engineer"
    return opener(table)


def open_replay(table: Table, game: str = "battleship") -> list[Box]:
    """A match looked at again, halfway, with the coach's notes."""
    records = [record for _, record in read_lines(GOLDEN.read_bytes()) if isinstance(record, GameRecord)]
    record = next(one for one in records if one.game == game and one.steps > 30)
    long_name = "A name of exactly 40 letters, all of them"
    seats = tuple(replace(item, name=long_name) for item in record.participants)
    record = replace(record, participants=seats)
    note = {
        "format": 2,
        "match_id": record.match_id,
        "game": game,
        "by": {"name": "battleship_expert", "version": "12", "sha256": ""},
        "turns": [
            {"step": turn.step, "player": turn.player, "played": turn.action, "would_play": turn.action,
             "probability": 0.1, "best": "J10", "best_probability": 0.9}
            for turn in record.turns
        ],
    }  # fmt: skip
    table.manager._world = replace(table.manager.world, annotations=lambda _: [note])
    scene = ReplayScene(table.manager, record, table.manager.pop)
    table.manager.push(scene)
    wait_until(table, lambda: scene.film.done and not scene.coach.busy)
    scene.go(record.turns[len(record.turns) // 2].step + 1)
    table.tick()
    return [LINE, *(widget.box for widget in scene.buttons.widgets)]


def open_replay_pacman(table: Table) -> list[Box]:
    """A hunt looked at again."""
    return open_replay(table, "pacman")


def open_records(table: Table) -> list[Box]:
    """The matches that were recorded, one of which cannot be read."""
    folder = table.manager.settings_writer._folder / "records"
    for _, record in read_lines(GOLDEN.read_bytes()):
        if isinstance(record, GameRecord):
            save_record(folder, record)
    (folder / "battleship" / "tomorrow.json").write_text('{"schema": 2}')
    archive = Archive(folder)
    table.manager._world = replace(table.manager.world, archive=archive)
    scene = RecordsScene(table.manager)
    table.manager.push(scene)
    wait_until(table, lambda: archive.looked)
    archive.close()
    table.tick()
    return [scene._bar.widgets[0].box]


def open_result(table: Table) -> list[Box]:
    """How a battle went, with the coach's notes."""
    open_replay(table)
    shown = table.manager.scenes[-1]
    scene = ResultScene(table.manager, shown.record, "one", lambda: None)
    table.manager.push(scene)
    wait_until(table, lambda: not scene.coach.busy)
    table.tick()
    return [widget.box for widget in scene._group.widgets]


def open_share(table: Table) -> list[Box]:
    """What can be shared of a match."""
    open_replay(table)
    table.manager.scenes[-1]._share()
    table.tick()
    return [widget.box for widget in table.manager.scenes[-1]._group.widgets]


def open_retry(table: Table) -> list[Box]:
    """Opponents to play on against."""
    open_replay(table)
    wait_until(table, lambda: table.manager.ladder.looked)
    table.manager.scenes[-1]._retry()
    table.tick(2)
    return [table.manager.scenes[-1]._picker.box]


def open_resume(table: Table) -> list[Box]:
    """A match that was left, over the menu."""
    open_menu(table)
    reading: Future[GameRecord] = Future()
    reading.set_result(next(record for _, record in read_lines(GOLDEN.read_bytes()) if record.game == "battleship"))
    scene = ResumeScene(table.manager, summarise(Path("x.json"), reading.result()), reading)
    table.manager.push(scene)
    table.tick()
    return [widget.box for widget in scene._group.widgets]


def open_acquaintance(table: Table, known: Acquaintance | None = None) -> list[Box]:
    """An opponent that could get to know the person, or that does."""
    open_profile(table)
    rows = table.manager.world.archive.rows
    table.manager.world.archive.rows = tuple(
        replace(row, started_at=f"2026-01-01T00:00:{40 + number % 20}") for number, row in enumerate(rows)
    )
    work = table.manager.acquaintances = Acquaintances(FakeTutor(known))
    scene = AcquaintanceScene(table.manager, "battleship")
    table.manager.push(scene)
    wait_until(table, lambda: work.offer is not None)
    table.tick()
    return [widget.box for widget in scene._group.widgets]


def open_acquaintance_known(table: Table) -> list[Box]:
    """One that knows the person, with as much to tell as there can be."""
    found = tuple(f"You seldom put the battleship across: {number}%, against 50% by chance." for number in range(6))
    return open_acquaintance(table, replace(KNOWN, found=found, gain=Gain(25, 12.5, 3.25, "shots")))


def open_profile(table: Table) -> list[Box]:
    """How a person with a long name stands, after thirty matches."""
    rated = [Rated("battleship", kind, f"{kind} of exactly 40 letters, all of them", 1500.0, 80.0, 9) for kind in KINDS]
    folder = table.manager.settings_writer._folder / "records"
    archive = Archive(folder)
    archive.close()
    seats = (Seat("one", "person", "Ada"), Seat("two", "function", "a_function_of_exactly_40_letters_in_all"))
    archive.rows = tuple(
        Summary(Path(f"{number}.json"), game="battleship", seats=seats, winner="one" if number % 3 else "two",
                scores={"one": 30 + number, "two": 50}, finished=True, rated=True, tally={"cells": [number]})
        for number in range(30)
    )  # fmt: skip
    board = Leaderboard(lambda: (Rated("battleship", "person", "Ada", 1500.0, 80.0, 9), *rated))
    wait_until(table, lambda: board.ratings != ())
    board.close()
    table.manager._world = replace(table.manager.world, archive=archive, leaderboard=board)
    measured = [replace(one, measured={"shots": 44.5 + 6 * index}) for index, one in enumerate(table.listed)]
    wait_until(table, lambda: table.manager.ladder.looked)
    table.listed = measured
    table.manager.ladder._found = tuple(measured)
    table.manager.acquaintances = Acquaintances(FakeTutor(replace(KNOWN, found=FOUND)))
    scene = ProfileScene(table.manager, "battleship")
    table.manager.push(scene)
    wait_until(table, lambda: bool(scene._offer.label))
    table.tick()
    return [widget.box for widget in scene._group.widgets]


def backgammon(table: Table, **options: object) -> BackgammonScene:
    """Backgammon, seated."""
    pledge = Pledge.of(table.manager.world.new_secret(), "a word")
    scene = BackgammonScene(table.manager, Setup("backgammon", table.listed[3], options), pledge)
    table.manager.push(scene)
    return scene


def open_before_backgammon(table: Table) -> list[Box]:
    """What is settled before a match of backgammon."""
    scene = open_scene(table.manager, Setup("backgammon", table.listed[3], {}))
    assert isinstance(scene, BackgammonBefore)
    table.manager.push(scene)
    scene.handle(Typed("Wyrd bið ful aræd"))
    return [widget.box for widget in scene.widgets]


def open_backgammon(table: Table, **options: object) -> list[Box]:
    """A turn to make, with the opponent's thoughts."""
    scene = backgammon(table, **(options or {"points": 5}))
    scene.handle(Command(SHUFFLE))
    play_backgammon(table, scene, lambda: scene.duel.thought is not None and scene.duel.half is not None)
    scene.handle(Command(NEXT))
    scene.handle(Command(ACCEPT))
    return [widget.box for widget in scene.buttons.widgets]


def open_backgammon_cube(table: Table) -> list[Box]:
    """The cube, when both have doubled, and a roll to be thrown."""
    open_backgammon(table, cube=True)
    scene = table.manager.scenes[-1]
    scene.handle(Command(SHUFFLE))
    play_backgammon(table, scene, lambda: scene.duel.phase == "roll")
    return [widget.box for widget in scene.buttons.widgets]


def open_backgammon_offer(table: Table) -> list[Box]:
    """A double to take or drop."""
    scene = backgammon(table, points=5)
    answers = table.clients[-1].ask

    def double(match: Match, player: Player, *, explain: bool = False) -> FakePendingMove:
        asked = answers(match, player, explain=explain)
        return (
            replace(asked, answer=replace(asked.answer, action="double"))
            if match.ask(player).phase == "roll"
            else asked
        )

    table.clients[-1].ask = double  # type: ignore[method-assign]
    play_backgammon(table, scene, lambda: scene.duel.phase == "answer")
    table.tick(130)
    return [widget.box for widget in scene.buttons.widgets]


def open_backgammon_end(table: Table) -> list[Box]:
    """A match that is over, when its last banner is gone."""
    open_backgammon(table, points=1)
    scene = table.manager.scenes[-1]
    play_backgammon(table, scene, lambda: scene.ended)
    table.tick(200)
    return [widget.box for widget in scene.buttons.widgets]


def play_backgammon(table: Table, scene: BackgammonScene, done: Callable[[], bool]) -> None:
    """Roll, and play the first turn that is legal, until ``done``."""
    for _ in range(200_000):
        if done():
            return
        half = scene.duel.half
        if scene.duel.phase == "roll":
            scene._decide("roll")
        elif half is not None and scene.duel.settled:
            if half.ready:
                scene._confirm()
            else:
                source = half.sources()[0]
                scene.duel.move(source, next(iter(half.landings(source))), dragged=True)
        table.tick()
    raise AssertionError("it did not come to that")


ROOMS: dict[str, Callable[[Table], list[Box]]] = {
    "battle-told-all": partial(told_all, open_battle),
    "pacman-told-all": partial(told_all, open_pacman),
    "plain-told-all": partial(told_all, open_plain),
    "menu": open_menu,
    "replay": open_replay,
    "replay-pacman": open_replay_pacman,
    "records": open_records,
    "profile": open_profile,
    "result": open_result,
    "acquaintance": open_acquaintance,
    "acquaintance-known": open_acquaintance_known,
    "share": open_share,
    "retry": open_retry,
    "resume": open_resume,
    "loading": open_loading_trouble,
    "settings": open_settings,
    "keys": open_keys,
    "name": open_name,
    "welcome": open_welcome,
    "before": open_before,
    "rules": open_rules,
    "scores": open_scores,
    "lesson": open_lesson,
    "hunting-lesson": open_hunting_lesson,
    "daily-end": open_daily_end,
    "placing": open_placing,
    "battle": open_battle,
    "battle-end": open_battle_end,
    "swap": open_swap,
    "pacman": open_pacman,
    "pacman-end": open_pacman_end,
    "team": open_team,
    "pause": open_pause,
    "before-backgammon": open_before_backgammon,
    "backgammon": open_backgammon,
    "backgammon-cube": open_backgammon_cube,
    "backgammon-offer": open_backgammon_offer,
    "backgammon-end": open_backgammon_end,
    "plain": open_plain,
    "plain-end": open_plain_end,
}
"""Opens a scene and returns the boxes that can be clicked there, in logical units."""
