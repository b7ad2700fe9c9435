"""What there is before a match: the first start, lessons, rules, the day's challenge, a show."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pygame
import pytest
from rooms import open_daily_end, open_menu
from tables import Table, info, wait_until

from client.games.pacman.guide import hungry
from client.guides import daily_seed, guide_of, today
from client.net.local import NAME
from client.scene_manager import SceneManager
from client.scenes.before import IDLE_TICKS, BeforeScene, RulesScene
from client.scenes.guided import SHOW_PACE, SHOW_TICKS, DailyScene, LessonScene, ShowScene, daily_line, start
from client.scenes.loading import LoadingScene
from client.scenes.menu import MenuScene
from client.scenes.name import NameScene
from client.scenes.pause import PauseScene
from client.scenes.practice import open_practice
from client.scenes.turn_based import TurnBasedScene
from client.scenes.welcome import WelcomeScene
from client.settings import Settings
from client.ui.inputs import (
    ACCEPT,
    BACK,
    DOWN,
    LEFT_BUTTON,
    RIGHT,
    SHUFFLE,
    SWAP,
    TURN,
    UP,
    Command,
    Pointer,
)  # fmt: skip
from games.battleship.notation import parse_cell
from games.catalog import find_game, game_packages
from games.core import GameError
from games.match import Match
from games.record import BOT, PERSON, Participant

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def kuhn(monkeypatch: pytest.MonkeyPatch, table: Table) -> Table:
    monkeypatch.setenv("LAMBDA_ARCADE_GAMES", "kuhn=tests.games.kuhn")
    table.listed.append(info("kuhn_easy", game="kuhn"))
    return table


def learn(table: Table, game: str) -> LessonScene:
    lesson = LessonScene(table.manager, game)
    start(table.manager, lesson)
    return lesson


# first start


def loaded(table: Table) -> None:
    world = table.manager.world
    table.manager.push(LoadingScene(table.manager, lambda _: (world, None)))
    wait_until(table, lambda: isinstance(table.manager.scenes[0], MenuScene))


def test_the_first_start_asks_once_and_says_what_is_kept(table: Table, tmp_path: Path) -> None:
    table.manager.settings = Settings()
    loaded(table)
    welcome = table.manager.scenes[-1]
    assert isinstance(welcome, WelcomeScene)
    table.picture()
    for name in (UP, UP, RIGHT, UP):
        welcome.handle(Command(name))
    welcome._group.focus = 0
    welcome.handle(Command(ACCEPT))
    assert isinstance(table.manager.scenes[-1], NameScene)
    table.manager.pop()
    welcome.handle(Command(BACK))
    assert isinstance(table.manager.scenes[-1], MenuScene)
    table.manager.settings_writer.close()
    assert Settings.load(tmp_path).welcomed
    loaded_again = SceneManager(Settings.load(tmp_path), table.manager.sounds, tmp_path)
    assert loaded_again.settings.welcomed


def test_who_was_welcomed_is_not_asked_again(table: Table) -> None:
    loaded(table)
    assert [type(scene) for scene in table.manager.scenes] == [MenuScene]


def test_a_lesson_can_be_taken_from_the_first_start(table: Table) -> None:
    table.manager.settings = Settings()
    loaded(table)
    welcome = table.manager.scenes[-1]
    assert isinstance(welcome, WelcomeScene)
    welcome._group.focus = 2
    welcome.handle(Command(ACCEPT))
    assert isinstance(table.manager.scenes[-1], LessonScene)
    assert table.manager.settings.welcomed


def test_matches_are_written_down_unless_that_is_switched_off(table: Table) -> None:
    journals: list[object] = []
    object.__setattr__(table.manager.world, "journal", lambda: journals.append(1))
    table.manager.open(table.manager.world, lambda: MenuScene(table.manager))
    table.manager.world.journal()
    assert len(journals) == 1
    table.manager.push(welcome := WelcomeScene(table.manager))
    welcome._keep.press()
    assert not table.manager.settings.keep_matches
    table.manager.world.journal()
    assert len(journals) == 1


# lessons


def test_battleships_lesson_places_shoots_and_sinks(table: Table) -> None:
    lesson = learn(table, "battleship")
    assert lesson.words[0].startswith("Place: ")
    lesson.handle(Command(SHUFFLE))
    lesson.handle(Command(ACCEPT))
    wait_until(table, lambda: lesson._hands.my_turn)
    told = []
    while not lesson.done:
        if lesson._hands.my_turn:
            told.append(lesson.words[0])
            cell = told[-1].rpartition("at ")[2].partition(".")[0]
            lesson.scene.cursor = parse_cell(cell)
            lesson.handle(Command(ACCEPT))
        table.tick()
    assert [words.partition(":")[0] for words in told] == ["Shoot", "Sink"]
    assert "Well done" in lesson.words[0]
    table.picture()
    lesson.handle(Command(TURN))
    again = table.manager.scenes[-1]
    assert isinstance(again, LessonScene)
    assert again._step == 0
    assert table.records == [], "nothing is kept of a lesson"


def test_pacmans_lesson_runs_eats_and_hunts_in_under_a_minute(table: Table) -> None:
    lesson = learn(table, "pacman")
    random = Random(1)
    told = set()
    for _ in range(60 * 60):
        told.add(lesson.words[0].partition(":")[0])
        if lesson.done:
            break
        if lesson._hands.my_turn:
            lesson.handle(Command(hunting(lesson.match, random)))
        table.tick()
    assert {"Run", "Eat", "Hunt"} <= told
    assert "Well done" in lesson.words[0]


def hunting(match: Match, random: Random) -> str:
    """Do as the lesson says: go for large dots, then for blue ghosts."""
    now = match.observe("pacman")
    near = [ghost for ghost in now.ghosts if ghost.state == "frightened"]
    if now.fright and near:
        prey = min(near, key=lambda ghost: abs(ghost.x - now.pacman.x) + abs(ghost.y - now.pacman.y))
        exits = now.maze.exits(now.pacman.y // 8 * now.maze.width + now.pacman.x // 8 % now.maze.width)
        step = {"up": (0, -1), "down": (0, 1), "left": (-1, 0), "right": (1, 0)}
        right, down = prey.x - now.pacman.x, prey.y - now.pacman.y
        return max(exits, key=lambda way: step[way][0] * right + step[way][1] * down)
    return hungry(now, random)


def test_any_other_game_has_a_lesson_rules_and_a_challenge(kuhn: Table) -> None:
    lesson = learn(kuhn, "kuhn")
    assert isinstance(lesson.scene, TurnBasedScene)
    kuhn.tick(6)
    while not lesson.done:
        if lesson._hands.my_turn and lesson.match.outcome is None:
            lesson.handle(Command(ACCEPT))
        kuhn.tick()
    rules = guide_of("kuhn").rules
    assert "Three cards, one bet. You do not see everything" in rules[0][1]
    daily = DailyScene(kuhn.manager, "kuhn")
    start(kuhn.manager, daily)
    kuhn.picture()
    show = ShowScene(kuhn.manager, "kuhn")
    start(kuhn.manager, show)
    kuhn.tick(30)
    assert show.match.step_number > 0


def test_a_lesson_is_left_by_the_pause_and_its_opponent_stays(table: Table) -> None:
    lesson = learn(table, "battleship")
    lesson.handle(Command(SWAP))
    swap = next(widget for widget in lesson.scene.buttons.widgets if widget.label == "Swap opponent")
    lesson.handle(Pointer("press", swap.box[0] + 3, swap.box[1] + 3, LEFT_BUTTON))
    assert table.manager.scenes[-1] is lesson
    lesson.handle(Command(BACK))
    assert isinstance(table.manager.scenes[-1], PauseScene)
    table.manager.to_menu()
    assert table.records == []


def test_a_lesson_whose_match_is_over_too_soon_says_so(table: Table) -> None:
    lesson = learn(table, "pacman")
    lesson._ended = 10_000
    assert "over before the lesson was" in lesson.words[0]
    lesson.handle(Command(ACCEPT))
    assert isinstance(table.manager.scenes[-1], MenuScene)


@pytest.mark.parametrize("game", game_packages())
def test_every_game_tells_its_rules(table: Table, game: str) -> None:
    page = RulesScene(table.manager, game)
    table.manager.push(page)
    table.picture()
    assert len(guide_of(game).rules) >= 3
    page.handle(Pointer("move", 1, 1))
    page.handle(Command(BACK))
    assert table.manager.scenes == ()


# the day's challenge


def played(table: Table, game: str, seed: int, steps: int = 400) -> list[str]:
    """Return the actions of everybody in the first steps of a practice match, and the board at its end."""
    scene, hands = open_practice(table.manager, game, seed=seed)
    random = Random(3)
    person = find_game(game).INFO.person
    for _ in range(steps):
        if hands.my_turn and hands.referee.outcome is None:
            hands.act(hands.referee.game.sample_action(hands.referee.ask(person), random))
        hands.tick()
    actions = [f"{turn.player} {turn.action}" for turn in hands.referee.record().turns if turn.player != person]
    scene.leave()
    return actions


def test_everybody_meets_the_same_fleet_on_a_day_and_another_the_next(table: Table, tmp_path: Path) -> None:
    first = played(table, "battleship", daily_seed("battleship", "2026-11-27"))
    other = Table(tmp_path / "other")
    assert played(other, "battleship", daily_seed("battleship", "2026-11-27")) == first
    assert played(other, "battleship", daily_seed("battleship", "2026-11-28"))[0] != first[0]
    assert daily_seed("battleship", today()) == daily_seed("battleship") != daily_seed("pacman")
    other.manager.close()


def test_a_challenge_ends_in_a_line_to_share(table: Table) -> None:
    open_daily_end(table)
    daily = table.manager.scenes[-1]
    assert isinstance(daily, DailyScene)
    line = daily.words[0]
    assert line.startswith(f"Lambda Arcade {daily._day} Battleship: ")
    assert line.endswith(" shots")
    assert "\n" not in line
    daily.handle(Command(ACCEPT))
    assert "opied" in daily.words[1]
    if daily.words[1] == "Copied.":
        assert pygame.scrap.get_text() == line
    table.picture()
    assert table.records == []


def test_the_line_of_a_game_in_real_time_names_the_points_alone() -> None:
    seats = {"pacman": Participant("pacman", PERSON, "Ada"), "ghosts": Participant("ghosts", BOT, "bot")}
    rules = find_game("pacman")
    match = Match(rules, seats, seed=1, policy_seed=2, options={"lives": 1, "maze": "pocket"})
    assert daily_line(match, "2026-11-27") == "Lambda Arcade 2026-11-27 Pac-Man: not finished"
    while match.outcome is None:
        match.advance()
    points = match.outcome.scores["pacman"]
    assert daily_line(match, "2026-11-27").endswith(f", {points} points")


def test_a_challenge_in_which_the_opponent_was_swapped_says_so(table: Table) -> None:
    scene, hands = open_practice(table.manager, "battleship", seed=daily_seed("battleship"))
    scene.battle.swap(table.listed[1])
    random = Random(1)
    while hands.referee.outcome is None:
        if hands.my_turn:
            hands.act(hands.referee.game.sample_action(hands.referee.ask("one"), random))
        hands.tick()
    assert daily_line(hands.referee, "2026-11-27").endswith(" shots, against somebody else")
    assert isinstance(scene.battle.client, type(table.clients[0])), "whoever is not local is asked as usual"
    scene.leave()


# the show


def test_the_menu_shows_a_match_when_nobody_is_there_and_ends_it_at_a_key(table: Table) -> None:
    open_menu(table)
    menu = table.manager.scenes[-1]
    table.tick(IDLE_TICKS - 400)
    menu.handle(Pointer("move", 1, 1))
    table.tick(IDLE_TICKS - 1)
    assert table.manager.scenes == (menu,)
    table.tick()
    show = table.manager.scenes[-1]
    assert isinstance(show, ShowScene)
    table.tick(600)
    assert show.match.state.fleets is not None
    assert show.match.participant("two").name == NAME
    assert table.manager.pace <= SHOW_PACE
    assert table.manager.sounds._muted
    table.picture()
    show.handle(Command(DOWN))
    assert table.manager.scenes == (menu,)
    assert not table.manager.sounds._muted
    assert table.records == []


def test_a_show_ends_by_itself_and_comes_once(table: Table) -> None:
    open_menu(table)
    table.tick(IDLE_TICKS + 1)
    assert isinstance(table.manager.scenes[-1], ShowScene)
    table.tick(SHOW_TICKS + IDLE_TICKS + 100)
    assert [type(scene) for scene in table.manager.scenes] == [MenuScene]


@pytest.mark.parametrize("why", ["away", "less motion"])
def test_nothing_is_shown_to_nobody_or_to_those_who_want_less_motion(table: Table, why: str) -> None:
    open_menu(table)
    table.manager.settings.reduced_motion = why == "less motion"
    table.manager.away = why == "away"
    table.tick(IDLE_TICKS + 10)
    assert [type(scene) for scene in table.manager.scenes] == [MenuScene]


def test_in_the_show_pacman_eats(table: Table) -> None:
    show = ShowScene(table.manager, "pacman")
    start(table.manager, show)
    table.tick(1500)
    assert show.match.observe("pacman").score > 300


def test_a_game_that_no_window_shows_is_told(table: Table) -> None:
    open_menu(table)
    before = BeforeScene(table.manager, "battleship")
    table.manager.push(before)

    def refuse(*_: object) -> object:
        raise GameError("it needs a scene of its own")

    before._open(refuse)
    assert before._trouble == "it needs a scene of its own"
    table.picture()


def test_everything_before_a_match_is_reached_from_the_menu(table: Table) -> None:
    open_menu(table)
    menu = table.manager.scenes[-1]
    menu._bar.widgets[2].press()
    before = table.manager.scenes[-1]
    assert isinstance(before, BeforeScene)
    labels = [widget.label for widget in before._group.widgets]
    assert labels == ["Learn it in a minute", "The rules", "Challenge of the day", "Watch a match"]
    seen = []
    for widget in before._group.widgets:
        table.manager.replace(menu)
        table.manager.push(before)
        widget.press()
        seen.append(type(table.manager.scenes[-1]))
    assert seen == [LessonScene, RulesScene, DailyScene, ShowScene]
    others = BeforeScene(table.manager, "pacman")._group.widgets
    assert others[-1].label == "Best scores"
