"""What is shared of a match is whole or not there: an animation, a picture, the record; in the background."""

from __future__ import annotations

import io
import json
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pygame
import pytest
from tables import Table, wait_until
from test_replay import BATTLE, HUNT, open_replay

from client.jobs import export
from client.jobs.__main__ import main
from client.jobs.exports import GIF, PNG, RECORD, Exports, usual_folder
from client.jobs.gif import compress, write_gif
from client.jobs.job import Job
from client.records.archive import read_record
from client.scenes.share import ShareScene
from client.ui.inputs import ACCEPT, BACK, DOWN, Command
from games.record import GameRecord, Origin

if TYPE_CHECKING:
    from collections.abc import Iterator


def codes_of(data: bytes) -> list[int]:
    """Read LZW codes back, as the format's description says."""
    pixels: list[int] = []
    table: dict[int, list[int]] = {}
    width, at, before = 9, 0, None
    while True:
        code = 0
        for bit in range(width):
            code |= (data[(at + bit) // 8] >> (at + bit) % 8 & 1) << bit
        at += width
        if code == 256:
            table = {number: [number] for number in range(256)} | {256: [], 257: []}
            width, before = 9, None
            continue
        if code == 257:
            return pixels
        if before is None:
            entry = table[code]
        else:
            entry = table[code] if code in table else [*table[before], table[before][0]]
            if len(table) < 4096:
                table[len(table)] = [*table[before], entry[0]]
        pixels += entry
        if len(table) == 1 << width and width < 12:
            width += 1
        before = code


@pytest.mark.parametrize("size", [1, 2, 255, 256, 600, 30_000, 120_000])
@pytest.mark.parametrize("colours", [1, 2, 256])
def test_what_is_compressed_reads_back_pixel_for_pixel(size: int, colours: int) -> None:
    pixels = np.random.default_rng(size).integers(0, colours, size).astype(np.uint8)
    assert codes_of(compress(pixels)) == pixels.tolist()


def frames() -> Iterator[np.ndarray]:
    for index in range(4):
        frame = np.zeros((20, 30, 3), np.uint8)
        frame[5:8, index : index + 4] = (255, 0, 0)
        yield frame


def test_an_animation_begins_whole_and_goes_on_with_what_changes() -> None:
    content = b"".join(write_gif(frames(), [0.1] * 4, list(frames())))
    assert content.startswith(b"GIF89a\x1e\x00\x14\x00")
    assert content.endswith(b"\x3b")
    first = pygame.image.load(io.BytesIO(content), "a.gif")
    assert first.get_size() == (30, 20)
    assert first.get_at((1, 6))[:3] == (255, 0, 0)
    assert first.get_at((20, 15))[:3] == (0, 0, 0)


@pytest.mark.parametrize("record", [BATTLE, HUNT], ids=["battleship", "pacman"])
def test_an_animation_shows_the_whole_match_or_in_real_time_its_last_seconds(record: GameRecord) -> None:
    steps = export.chosen_frames(record)
    assert steps[-1] == record.steps
    assert len(steps) <= export.MOST_FRAMES
    assert steps == sorted(steps)
    if record is BATTLE:
        assert steps == list(range(record.steps + 1))
    else:
        assert steps[1] - steps[0] == 6


def test_everything_is_made_in_the_background_and_said(table: Table, tmp_path: Path) -> None:
    table.manager.exports = exports = Exports(tmp_path / "shared")
    scene = open_replay(table, BATTLE)
    scene.go(12)
    scene._share()
    share = table.manager.scenes[-1]
    assert isinstance(share, ShareScene)
    table.tick()
    for presses, suffix in ((0, GIF), (1, PNG), (1, RECORD)):
        for _ in range(presses):
            share.handle(Command(DOWN))
        share.handle(Command(ACCEPT))
        table.tick()
        assert exports.busy
        table.picture()
        wait_until(table, lambda: not exports.busy)
        assert not exports.trouble, exports.said
        (made,) = (tmp_path / "shared").glob(f"*.{suffix}")
        assert exports.said.endswith(str(made))
    assert not list((tmp_path / "shared").glob("*.part"))
    assert read_record(next((tmp_path / "shared").glob("*.json"))) == BATTLE
    picture = pygame.image.load(str(next((tmp_path / "shared").glob("*.png"))))
    assert picture.get_width() > 1200
    exports.begin(RECORD, BATTLE, 0)
    wait_until(table, lambda: not exports.busy)
    assert len(list((tmp_path / "shared").glob("*.json"))) == 2, "what is there already is left alone"
    share.handle(Command(BACK))
    assert table.manager.scenes == (scene,)


def test_a_cancelled_animation_leaves_nothing(table: Table, tmp_path: Path) -> None:
    table.manager.exports = exports = Exports(tmp_path / "shared")
    exports.begin(GIF, HUNT, 0)
    wait_until(table, lambda: exports.share > 0)
    exports.cancel()
    wait_until(table, lambda: not exports.busy)
    assert exports.said == "The animation was cancelled; nothing is left of it."
    assert list((tmp_path / "shared").iterdir()) == []


def test_the_end_of_the_program_ends_what_is_being_shared(tmp_path: Path) -> None:
    exports = Exports(tmp_path / "shared")
    exports.begin(GIF, HUNT, 0)
    exports.close()
    assert not exports.busy
    assert not list((tmp_path / "shared").glob("*")) if (tmp_path / "shared").exists() else True


def run(kind: str, path: Path) -> dict[str, object]:
    told: list[dict[str, object]] = []
    main("export", json.dumps({"kind": kind, "record": BATTLE.to_json(), "path": str(path)}), told.append)
    return told[-1]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no disk that is always full")
def test_a_full_disk_is_one_sentence_and_nothing_half_written(tmp_path: Path) -> None:
    (tmp_path / f"match.gif{export.PART}").symlink_to("/dev/full")
    told = run(GIF, tmp_path / "match.gif")
    assert "No space left on device" in str(told["trouble"])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="folders are locked in another way there")
def test_a_folder_that_cannot_be_written_to_is_one_sentence(tmp_path: Path) -> None:
    folder = tmp_path / "a-file"
    folder.write_text("not a folder")
    told = run(RECORD, folder / "match.json")
    assert str(told["trouble"]).startswith(str(folder))
    closed = tmp_path / "closed"
    closed.mkdir()
    closed.chmod(0o500)
    if os.geteuid() != 0:
        assert "Permission denied" in str(run(RECORD, closed / "match.json")["trouble"])
        assert list(closed.iterdir()) == []


def test_a_job_that_cannot_be_done_says_why() -> None:
    job = Job("no-such-work", {})
    assert job.wait(60)
    assert job.result is None
    assert job.trouble == "'no-such-work'"


def test_a_job_is_not_misled_by_what_lies_in_the_folder_it_runs_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("client", "games", "json", "numpy"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit(7)")
    monkeypatch.chdir(tmp_path)
    job = Job("export", {"kind": RECORD, "record": BATTLE.to_json(), "path": str(tmp_path / "match.json")})
    assert job.wait(60)
    assert (job.result, job.trouble) == (str(tmp_path / "match.json"), None)


def test_shared_files_go_to_the_downloads_unless_another_home_was_chosen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert usual_folder(tmp_path, chosen=True) == tmp_path / "shared"
    monkeypatch.setenv("XDG_DOWNLOAD_DIR", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert usual_folder(Path("/other"), chosen=False) in {tmp_path, tmp_path / "Downloads", Path("/other/shared")}


def test_a_shared_record_keeps_its_origin(tmp_path: Path) -> None:
    record = replace(BATTLE, origin=Origin("abc", 3))
    path = tmp_path / "match.json"
    export.run({"kind": RECORD, "record": record.to_json(), "path": str(path)}, lambda _done, _of: None)
    assert read_record(path) == record
