"""Whatever a stranger's file or answer is changed to: a clear error or something sound, and never a traceback."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import pygame
import pytest
from odd_server import serving, whole

from ai_functions.runtime.manifest import Manifest, ManifestError
from client.net.causes import SENTENCES
from client.net.remote import RemoteError, RemoteOpponent, fetch_guest
from client.net.request_pool import RequestPool, TimeBank
from client.records.recorder import Recorder, read_journal
from client.settings import MAX_NAME, Settings
from client.ui.canvas import Canvas
from client.ui.hud import draw_card
from games.catalog import find_game
from games.match import Match
from games.record import PERSON, Participant, RecordError, verify
from tests.mutants import changed, changed_bytes, places

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from http.server import BaseHTTPRequestHandler

    from games.core import Json

OPPONENTS = sorted(path.parent for path in Path("ai_functions").glob("*/opponent.toml"))
COUNTS = [100, pytest.param(2_000, marks=pytest.mark.slow)]
GUEST = {
    "name": "odd", "game": "battleship", "title": "Odd Admiral", "difficulty": 3, "version": "7", "sha256": "ab" * 32,
    "author": "Somebody", "colour": "#aabbcc", "price": {"request": 2e-7, "gb_second": 1.6e-5, "memory_mb": 512},
}  # fmt: skip
ANSWER = {
    "action": "B7", "model": {"name": "odd", "version": "7", "sha256": "ab" * 32}, "compute_ms": 1.25, "cold": False,
    "explanation": {"best": [["B7", 0.4, "near a hit"]], "heat": [[0.1, 0.2], [0.3, 0.4]]},
}  # fmt: skip
SETTINGS = {
    "name": "Ann", "volume": 0.5, "enemy_pause": 0.1, "fullscreen": True, "last_opponent": "battleship_easy",
    "hud": "off", "palette": "red-green", "keys": {"swap": "f5"}, "pad": {},
}  # fmt: skip


def mutants(data: Json, seed: int, count: int) -> Iterator[bytes]:
    """Yield ``count`` texts of ``data``, one half changed as a value, the other as bytes."""
    random = Random(seed)
    content = json.dumps(data).encode()
    everything = list(places(data))
    for number in range(count):
        if number % 2:
            yield changed_bytes(content, random)
        else:
            yield json.dumps(changed(data, random, everything)[1]).encode()


def check_told(error: Exception) -> None:
    assert str(error)
    assert str(error).isprintable()
    assert len(str(error)) < 1500


def one_by_one(bodies: Iterator[bytes]) -> Callable[[BaseHTTPRequestHandler], None]:
    """Return what answers each request with the next of ``bodies``."""

    def respond(handler: BaseHTTPRequestHandler) -> None:
        whole(next(bodies))(handler)

    return respond


@pytest.mark.parametrize("count", COUNTS)
def test_a_manifest_is_refused_by_name_or_sound(count: int, tmp_path: Path) -> None:
    random = Random(1)
    sound = 0
    for _ in range(count):
        content = changed_bytes((random.choice(OPPONENTS) / "opponent.toml").read_bytes(), random)
        (tmp_path / "opponent.toml").write_bytes(content)
        try:
            found = Manifest.load(tmp_path)
        except ManifestError as error:
            check_told(error)
            assert str(tmp_path) in str(error)
        else:
            sound += 1
            assert found.title.isprintable()
            assert tomllib.loads(content.decode().removeprefix("\ufeff"))["opponent"]["name"] == found.name
    assert count // 20 < sound < count


@pytest.mark.parametrize("count", COUNTS)
def test_a_guest_is_refused_by_its_address_or_can_be_drawn(count: int) -> None:
    pygame.font.init()
    canvas = Canvas(pygame.Surface((320, 200)))
    bodies = mutants(GUEST, 2, count)
    sound = 0
    with serving(one_by_one(bodies)) as url:
        for _ in range(count):
            try:
                found = fetch_guest(url)
            except RemoteError as error:
                check_told(error)
                assert url in str(error)
                assert error.cause in {"nonsense", "unreachable"}
            else:
                sound += 1
                draw_card(canvas, found, (0, 0, 300, 64))
    assert count // 20 < sound < count


@pytest.mark.parametrize("count", COUNTS)
def test_an_answer_is_played_or_a_stand_in_plays(count: int) -> None:
    rules = find_game("battleship")
    people = {player: Participant(player, PERSON, player) for player in rules.PLAYERS}
    match = Match(rules, people, seed=1, policy_seed=2, options={})
    for _ in range(2):
        for player in match.to_act():
            match.submit(player, rules.sample_action(match.ask(player), Random(1)))
        match.advance()
    (seat,) = match.to_act()
    bodies = mutants(ANSWER, 3, count)
    pool = RequestPool(1)
    played = 0
    with serving(one_by_one(bodies)) as url:
        opponent = RemoteOpponent(url, guest=True)
        for _ in range(count):
            move = pool.ask(match, seat, opponent, TimeBank()).wait()
            rules.check(match.state, seat, move.action)
            played += move.metadata.fallback is None
            assert move.metadata.fallback is None or move.metadata.fallback in SENTENCES
            json.dumps([move.explanation, move.metadata.compute_ms, move.version], allow_nan=False).encode()
    pool.close()
    assert count // 20 < played < count


@pytest.mark.parametrize("count", COUNTS)
def test_settings_are_what_can_be_used_and_what_is_odd_is_named(count: int, tmp_path: Path) -> None:
    usual = Settings()
    named = 0
    for content in mutants(SETTINGS, 4, count):
        (tmp_path / "settings.json").write_bytes(content)
        told: list[str] = []
        found = Settings.load(tmp_path, told.append)
        assert 0 <= found.volume <= 1
        assert 0 <= found.enemy_pause <= 1
        assert 0 < len(found.name) <= 8 * MAX_NAME
        assert found.name.isprintable()
        assert type(found.fullscreen) is bool
        named += bool(told)
        for line in told:
            assert line.startswith(str(tmp_path / "settings.json"))
            assert line.isprintable()
        if found == usual:
            assert told or content.strip() in {b"", b"{}"}
    assert count // 20 < named < count


def journal_of(folder: Path, play: Callable[[Match], Any]) -> bytes:
    """Return a journal as a killed program leaves it."""
    recorder = Recorder(folder)
    rules = find_game("battleship")
    people = {player: Participant(player, PERSON, player) for player in rules.PLAYERS}
    match = Match(rules, people, seed=1, policy_seed=2, options={}, journal=recorder.journal())
    play(match)
    recorder.flush()
    (path,) = (folder / "journals").glob("*.jsonl")
    content = path.read_bytes()
    match.close()
    recorder.close()
    return content


def play_some(match: Match) -> None:
    for step in range(12):
        for player in match.to_act():
            match.submit(player, match.game.sample_action(match.ask(player), Random(step)))
        match.advance()


@pytest.mark.parametrize("count", COUNTS)
def test_a_journal_is_refused_by_line_or_a_match_that_could_have_been(count: int, tmp_path: Path) -> None:
    content = journal_of(tmp_path, play_some)
    random = Random(5)
    sound = 0
    for _ in range(count):
        try:
            record = read_journal("one.jsonl", changed_bytes(content, random))
        except RecordError as error:
            check_told(error)
            assert "one.jsonl" in str(error)
        else:
            sound += 1
            verify(record)
    assert count // 20 < sound < count


@pytest.mark.parametrize("ending", [b"\n", b"\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_what_an_editor_does_to_a_file_changes_nothing(mark: bytes, ending: bytes, tmp_path: Path) -> None:
    journal = journal_of(tmp_path / "records", play_some)
    assert read_journal("one", mark + journal.replace(b"\n", ending)) == read_journal("one", journal)
    (tmp_path / "settings.json").write_bytes(mark + json.dumps(SETTINGS, indent=1).encode().replace(b"\n", ending))
    assert Settings.load(tmp_path).name == "Ann"
    for folder in OPPONENTS:
        content = (folder / "opponent.toml").read_bytes()
        (tmp_path / "opponent.toml").write_bytes(mark + content.replace(b"\n", ending))
        assert Manifest.load(tmp_path) == Manifest.load(folder)
