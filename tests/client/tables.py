"""A manager to test on: fakes with the interfaces of the real thing, and a canvas without a window."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from random import Random
from time import monotonic, sleep
from typing import TYPE_CHECKING

import pygame

from client.net.fallback import fallback_action
from client.net.remote import OpponentInfo
from client.net.request_pool import Move
from client.scene_manager import SceneManager, Services
from client.scenes.menu import MenuScene
from client.scenes.opening import OpeningScene
from client.settings import Settings
from client.ui.audio.sounds import Sounds
from client.ui.canvas import Canvas
from games.match import MoveMetadata

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from games.core import Json, Player
    from games.match import Match
    from games.record import GameRecord


def info(name: str, version: str = "1", game: str = "battleship", difficulty: int = 1) -> OpponentInfo:
    return OpponentInfo(
        name, game, name.replace("_", " ").title(), difficulty, f"http://nowhere/{name}", version, f"sha-{name}"
    )


EXPLANATIONS: dict[str, Json] = {
    "battleship": {
        "heat": [[0.01 * (row + column) for column in range(10)] for row in range(10)],
        "entropy_bits": 9.5,
        "best": [{"shot": "B7", "chance": 0.4, "choice": 0.3}],
    },
    "backgammon": {
        "turns": [
            {
                "turn": "bar/22*/18 13/11(2)",
                "equity": 0.123,
                "chances": {"win": 0.56, "win_gammon": 0.13, "win_backgammon": 0.01, "lose_gammon": 0.1},
                "why": ["hits on 22", "makes the 11 point", "leaves a blot on 18"],
            },
            {"turn": "24/18*/13", "equity": -0.0471, "why": ["hits on 18"]},
            {"turn": "8/5 6/5", "equity": -0.21, "why": []},
        ],
    },
}


@dataclass
class FakePendingMove:
    """An answer that arrives at the third look."""

    answer: Move
    looks: int = 0
    never: bool = False

    def poll(self) -> Move | None:
        self.looks += 1
        return self.answer if self.looks > 2 and not self.never else None


@dataclass
class FakeOpponentClient:
    """Plays at random, as the local stand-in does, but in a function's name."""

    info: OpponentInfo
    fallback: str | None = None
    never: bool = False
    asked: list[tuple[str, bool]] = field(default_factory=list)

    def ask(self, match: Match, player: Player, *, explain: bool = False) -> FakePendingMove:
        self.asked.append((player, explain))
        action = fallback_action(match.game.NAME, match.observe(player), Random(match.seed_for(player)))
        if self.fallback is not None:
            told = MoveMetadata(latency_ms=12_000.0, fallback=self.fallback)
            return FakePendingMove(Move(action, told, detail="no answer within 12.0 s"), never=self.never)
        explanation = EXPLANATIONS.get(match.game.NAME)
        answer = Move(
            action,
            MoveMetadata(latency_ms=8.5, compute_ms=0.4, cold=False),
            self.info.name,
            self.info.version,
            self.info.sha256,
            explanation if explain else None,
        )
        return FakePendingMove(answer, never=self.never)


class Table:
    """A manager whose opponents are fakes; ``records`` collects what ended."""

    def __init__(self, folder: Path) -> None:
        self.listed = [
            info("alpha"),
            replace(info("beta", "4", difficulty=2), colour="#f2a33a"),
            info("gamma", game="pacman"),
            info("delta", "2", game="backgammon", difficulty=3),
        ]
        self.records: list[GameRecord] = []
        self.clients: list[FakeOpponentClient] = []
        self.fallback: str | None = None
        self.manager = SceneManager(Settings(name="Ada", enemy_pause=0.0, welcomed=True), Sounds(silent=True), folder)
        self.manager.open(
            Services(
                fetch=lambda: list(self.listed),
                connect=self.connect,
                journal=lambda: None,
                finished=self.records.append,
                random=Random(1),
            ),
            lambda: MenuScene(self.manager),
            lambda found: OpeningScene(self.manager, found),
        )
        self.canvas = Canvas(pygame.Surface((1280, 720)))

    def connect(self, one: OpponentInfo) -> FakeOpponentClient:
        self.clients.append(FakeOpponentClient(one, self.fallback))
        return self.clients[-1]

    def tick(self, times: int = 1) -> None:
        for _ in range(times):
            self.manager.tick()

    def picture(self) -> bytes:
        self.canvas.clear()
        self.manager.draw(self.canvas, 0.5)
        return pygame.image.tobytes(self.canvas.surface, "RGB")


def wait_until(table: Table, done: Callable[[], bool], within_s: float = 60.0) -> None:
    until = monotonic() + within_s
    while not done():
        assert monotonic() < until, "nothing happened"
        table.tick()
        sleep(0.001)
