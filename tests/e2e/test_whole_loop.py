"""From a click to a retrained opponent, with nothing but real parts: cloud, HTTP, window, records, training."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from time import monotonic, sleep
from typing import TYPE_CHECKING

import pygame
import pytest

from ai_functions.runtime.protocol import MoveRequest
from client.commands.play import look
from client.games.battleship.scene import BattleshipScene
from client.net.opponent_client import DeployedOpponentClient
from client.net.remote import RemoteOpponent, fetch_opponents
from client.net.request_pool import RequestPool
from client.records.recorder import Recorder
from client.records.uploader import Uploader
from client.scene_manager import SceneManager, Services, Setup
from client.scenes.menu import MenuScene
from client.scenes.swap import SwapScene
from client.settings import Settings
from client.ui.audio.sounds import Sounds
from client.ui.canvas import Canvas
from client.ui.inputs import ACCEPT, DOWN, SHUFFLE, SWAP, UP, Command
from games.battleship.fleet import Cell
from games.catalog import find_game
from games.record import GameRecord, verify
from infra.core import processes
from infra.local import daemon
from tests.conformance.tables import played
from tests.readme import write_opponent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.e2e.conftest import Program

ROOT = Path(__file__).parents[2]
FIRST_FREE = ROOT / "tests" / "opponents" / "first_free"
ANSWER_S = 60.0
PICTURE_EVERY = 8
SHOT_EVERY_S = 0.3


@pytest.fixture(scope="module")
def cadet(program: Program, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An opponent of one's own that has learned from players who know the rules and no more, deployed."""
    folder = tmp_path_factory.mktemp("opponents") / "cadet"
    folder.mkdir()
    like = ROOT / "ai_functions" / "battleship_hard"
    manifest = (like / "opponent.toml").read_text("utf-8").replace('"battleship_hard"', '"cadet"')
    (folder / "opponent.toml").write_text(manifest, "utf-8")
    shutil.copy(like / "function.py", folder)
    lines = "".join(played("battleship", seed).to_line() + "\n" for seed in range(8))
    (folder.parent / "beginners.jsonl").write_text(lines, "utf-8")
    words = ("train", folder, "--records", folder.parent / "beginners.jsonl", "--aim", "none", "--games", "20")
    program.run(*words, "--deploy")
    return folder


@pytest.fixture(scope="module")
def api(program: Program, cadet: Path) -> str:  # noqa: ARG001 - it is deployed first
    program.run("deploy", FIRST_FREE)
    found = program.json("opponents")
    assert {item["name"] for item in found} == {"cadet", "first_free"}
    assert all({"name", "game", "difficulty", "version", "endpoint", "rating"} <= item.keys() for item in found)
    return str(found[0]["endpoint"]).rsplit("/opponents/", 1)[0]


class Seat:
    """A person at the window: a real manager over real services, driven by commands."""

    def __init__(self, home: Path, api: str) -> None:
        pygame.display.init()
        pygame.font.init()
        pygame.display.set_mode((1280, 720))
        self.api = api
        self.records = home / "records"
        self.pool = RequestPool()
        self.uploader = Uploader(self.records, api)
        self.recorder = Recorder(self.records, self.uploader.put)
        self.finished: list[GameRecord] = []
        self.canvas = Canvas(pygame.Surface((1280, 720)))
        self.manager = SceneManager(Settings(name="Ada", enemy_pause=0.0), Sounds(silent=True), home)
        self.manager.open(
            Services(
                fetch=lambda: fetch_opponents(api),
                connect=lambda info: DeployedOpponentClient(self.pool, info),
                journal=self.recorder.journal,
                finished=self.finished.append,
            ),
            lambda: MenuScene(self.manager),
        )

    def sit_down(self, name: str) -> BattleshipScene:
        (info,) = [info for info in fetch_opponents(self.api) if info.name == name]
        scene = BattleshipScene(self.manager, Setup("battleship", info, {}))
        self.manager.push(scene)
        scene.handle(Command(SHUFFLE))
        self.until(lambda: self._placed(scene))
        return scene

    def until(self, done: Callable[[], bool]) -> None:
        limit = monotonic() + ANSWER_S
        ticks = 0
        while not done():
            assert monotonic() < limit, "nothing happened"
            self.manager.tick()
            if ticks % PICTURE_EVERY == 0:
                self.manager.draw(self.canvas, 0.0)
            ticks += 1
            sleep(0.002)

    def shoot(self, scene: BattleshipScene, times: int = 100) -> None:
        """Shoot row by row, as often as told or to the end."""
        cells = [Cell(column, row) for row in range(10) for column in range(10)]
        for _ in range(times):
            self.until(lambda: scene.ended or scene.battle.my_turn)
            if scene.ended:
                return
            scene.battle.shoot(next(cell for cell in cells if scene.battle.may_shoot(cell)))

    def play_on(self, name: str, enough: Callable[[], bool]) -> None:
        """Play at a person's pace, match after match, until ``enough``; then one shot more."""
        scene = self.sit_down(name)
        while not enough():
            self.shoot(scene, 1)
            sleep(SHOT_EVERY_S)
            if scene.ended:
                self.manager.pop()
                scene = self.sit_down(name)
        self.shoot(scene, 1)
        self.until(lambda: scene.ended or scene.battle.my_turn)

    def swap(self, scene: BattleshipScene, name: str) -> None:
        """Press Tab and choose another opponent in the list."""
        self.until(lambda: scene.battle.my_turn)
        self.manager.handle(Command(SWAP))
        overlay = self.manager.scenes[-1]
        assert isinstance(overlay, SwapScene)
        self.until(lambda: overlay._picker.chosen is not None)
        for direction in (DOWN, UP):
            for _ in range(4):
                if overlay._picker.chosen.name != name:
                    self.manager.handle(Command(direction))
        self.manager.handle(Command(ACCEPT))
        assert scene.battle.hud.info.name == name

    def close(self) -> None:
        self.manager.close()
        self.pool.close()
        self.recorder.close()
        self.uploader.close(20.0)

    @staticmethod
    def _placed(scene: BattleshipScene) -> bool:
        if scene.placing is not None:
            scene.handle(Command(ACCEPT))
        return scene.placing is None


@pytest.fixture
def seat(program: Program, api: str) -> Iterator[Seat]:
    seat = Seat(program.home, api)
    yield seat
    seat.close()


def test_a_match_is_played_swapped_recorded_uploaded_and_learned_from(
    program: Program, cadet: Path, seat: Seat
) -> None:
    scene = seat.sit_down("cadet")
    seat.shoot(scene, 4)
    seat.swap(scene, "first_free")
    seat.shoot(scene)
    seat.until(lambda: scene.ended)
    (record,) = seat.finished
    verify(record)
    assert record.outcome is not None
    assert [one.name for one in record.participants] == ["Ada", "cadet", "first_free"]
    answered = [turn for turn in record.turns if turn.player == "two"]
    assert all(turn.fallback is None and turn.latency_ms and turn.compute_ms is not None for turn in answered)
    seat.recorder.close()
    seat.uploader.close(20.0)

    kept = seat.records / "battleship" / f"{record.match_id}.json"
    assert GameRecord.from_line(kept.read_text("utf-8")) == record
    assert kept.with_suffix(".uploaded").exists(), seat.uploader.trouble
    assert program.json("records", "verify", kept)
    told = program.run("replay", kept, "--speed", "1000").stdout
    assert "every step verified" in " ".join(told.split())

    before = {item["name"]: item["version"] for item in program.json("opponents")}
    meanwhile = Seat(program.home, seat.api)
    words = ("train", cadet, "--records", seat.records, "--bootstrap", "40", "--games", "24", "--aim", "none")
    with ThreadPoolExecutor(1) as threads:
        training = threads.submit(program.json, *words, "--deploy")
        meanwhile.play_on("cadet", training.done)
        learned = training.result()
    meanwhile.close()
    after = {item["name"]: item["version"] for item in program.json("opponents")}
    for other in meanwhile.finished:
        (version,) = (one.version for one in other.participants if one.name == "cadet")
        assert version in {before["cadet"], after["cadet"]}  # the last match may have begun after the release
        assert all(turn.fallback is None for turn in other.turns)
    assert meanwhile.finished[0].participants[-1].version == before["cadet"]
    assert learned["passed"], learned
    assert int(after["cadet"]) == int(before["cadet"]) + 1
    assert after["first_free"] == before["first_free"]

    again = Seat(program.home, seat.api)
    scene = again.sit_down("first_free")
    again.swap(scene, "cadet")
    again.shoot(scene, 3)
    again.until(lambda: scene.battle.my_turn)
    again.close()
    assert again.finished[0].participants[-1].version == after["cadet"]
    assert again.finished[0].turns[-1].fallback is None


def test_a_killed_cloud_is_brought_back_in_the_middle_of_a_match(program: Program, api: str, seat: Seat) -> None:
    cloud = daemon.status(program.home)
    assert cloud is not None
    scene = seat.sit_down("cadet")
    seat.shoot(scene, 2)
    seat.until(lambda: scene.battle.my_turn)
    os.kill(cloud.pid, signal.SIGKILL)
    seat.shoot(scene, 1)
    seat.until(lambda: not processes.is_running(cloud.pid, cloud.since))
    listed = look(api, lambda: daemon.revive(program.home))
    assert {info.name for info in listed} == {"cadet", "first_free"}
    seat.shoot(scene, 2)
    seat.until(lambda: scene.battle.my_turn)
    seat.manager.pop()
    (record,) = seat.finished
    assert len(record.turns) >= 10
    assert all(turn.fallback is None for turn in record.turns)


def test_without_a_display_a_match_is_shown_in_the_terminal(program: Program, api: str) -> None:  # noqa: ARG001
    before = program.json("records", "list")
    done = program.run("play", "--opponent", "battleship_easy", SDL_VIDEODRIVER="offscreen")
    assert program.json("records", "list") == before, "a demonstration is nobody's match"
    assert "no display" in done.stderr
    assert "battleship_easy" in done.stdout
    assert re.search(r"\bw(o|i)ns?\b|sank", done.stdout.lower())


def test_a_person_plays_in_the_terminal_and_the_match_is_recorded(program: Program, api: str) -> None:  # noqa: ARG001
    typed = "random\n" + "1\n" * 100
    done = program.run("play", "--terminal", "--opponent", "battleship_easy", typed=typed)
    assert " wins: fleet sunk" in done.stdout
    newest = program.json("records", "list", "--game", "battleship")[-1]
    assert [one["kind"] for one in newest["participants"]] == ["person", "function"]


def test_what_a_person_gets_wrong_is_one_line_and_exit_status_2(program: Program, api: str) -> None:  # noqa: ARG001
    said = program.run("deploy", "no_such_opponent", status=2).stderr
    assert said.splitlines()[-1].startswith("error:")
    for words in (
        ("delete", "no_such_opponent", "--yes"),
        ("match", "battleship", "cadet", "no_such_opponent"),
        ("match", "chess", "cadet", "cadet"),
        ("train", "no_such_opponent"),
        ("replay", "/nowhere.jsonl"),
        ("records", "verify", "/nowhere.jsonl"),
        ("bench", "latency", "no_such_opponent"),
        ("evaluate", "no_such_opponent"),
        ("--endpoint", "http://127.0.0.1:9", "opponents"),
    ):
        told = program.refusal(*words)
        said = told.strip().splitlines()
        assert said, words
        assert "error" in said[-1].lower() or "Error" in told, (words, told)


def test_the_opponent_of_the_readme_is_deployed_and_plays(program: Program, api: str, tmp_path: Path) -> None:
    program.run("deploy", write_opponent(tmp_path))
    (info,) = [info for info in fetch_opponents(api) if info.name == "my_opponent"]
    state = find_game("battleship").start({}, Random(1))
    observation = find_game("battleship").encode_observation(find_game("battleship").observe(state, "one"))
    reply = RemoteOpponent(info.endpoint).ask(MoveRequest("battleship", "readme", 0, 1, observation), ANSWER_S)
    find_game("battleship").check(state, "one", find_game("battleship").parse_action(reply.response.action))
    program.run("delete", "my_opponent", "--yes")  # a tutorial deploys one of that name


def test_who_measures_another_model_than_the_folder_holds_is_told(program: Program, api: str, tmp_path: Path) -> None:  # noqa: ARG001
    double = tmp_path / "double"
    shutil.copytree(FIRST_FREE, double)
    described = double / "opponent.toml"
    described.write_text(described.read_text("utf-8").replace('"first_free"', '"battleship_easy"'), "utf-8")
    program.run("deploy", double)
    program.run("deploy", FIRST_FREE)
    told = program.run("evaluate", "battleship_easy", "first_free", "--games", "2").stderr
    program.run("delete", "battleship_easy", "--yes")
    (note,) = [line for line in told.splitlines() if line.startswith("note:")]
    assert "its folder holds" in note
    assert "lambda-arcade deploy battleship_easy" in note


def test_deployed_functions_play_each_other_over_http(program: Program, api: str) -> None:  # noqa: ARG001
    program.run("deploy", FIRST_FREE)
    result = program.json("match", "battleship", "cadet", "first_free", "--games", "4")
    assert json.dumps(result)
    told = program.refusal("train", "battleship_expert", "--for", "nobody")
    assert re.search(r"nobody of that name played in these records; there are .*cadet.*first_free", told)
    program.run("delete", "first_free", "--yes")
    left = {item["name"] for item in program.json("opponents")}
    assert "cadet" in left
    assert "first_free" not in left
