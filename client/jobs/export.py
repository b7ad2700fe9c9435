"""What is shared of a match: an animation, a picture of a position, or the record.  Written whole or not at all.

Runs in a process of its own (``client.jobs``), without a window.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from games.catalog import find_game
from games.record import Frame, GameRecord, headline, replay

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy as np
    from numpy.typing import NDArray

    from client.ui.canvas import Canvas
    from games.core import Json

MOST_FRAMES = 400
REAL_TIME_FRAMES_A_S = 10
TURN_S, LAST_S = 0.4, 2.5
"""How long a frame of a turn-based game is shown, and the last of any game."""
SAMPLES = 12
"""Frames whose colours are looked at."""
SCALE_WIDTH, SCALE_HEIGHT = 960, 540
PART = ".part"


def run(order: dict[str, Any], progress: Callable[[int, int], None]) -> Json:
    """Write ``order["record"]`` as ``order["kind"]`` (gif, png or json) to ``order["path"]``; return the path."""
    record = GameRecord.from_json(order["record"])
    path = Path(order["path"])
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + PART)
    try:
        part.touch()  # a folder that cannot be written to is told at once
        if order["kind"] == "json":
            part.write_text(record.to_line() + "\n", encoding="utf-8")
        elif order["kind"] == "png":
            _write_png(record, int(order["step"]), part)
        else:
            _write_animation(record, part, progress)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return str(path)


def chosen_frames(record: GameRecord) -> list[int]:
    """Return the positions that an animation shows: of a match in real time the last forty seconds, at most."""
    info = find_game(record.game).INFO
    if info.real_time:
        every = max(1, round(info.steps_per_second / REAL_TIME_FRAMES_A_S))
        steps = list(range(record.steps, -1, -every))[:MOST_FRAMES]
        return steps[::-1]
    every = max(1, -(-record.steps // MOST_FRAMES))
    return sorted({*range(0, record.steps + 1, every), record.steps})


def _write_animation(record: GameRecord, path: Path, progress: Callable[[int, int], None]) -> None:
    from client.jobs.gif import write_gif  # noqa: PLC0415 - numpy is needed only here

    info = find_game(record.game).INFO
    steps = chosen_frames(record)
    samples = list(_pictures(record, set(steps[:: max(1, len(steps) // SAMPLES)])))
    pace_s = 1 / REAL_TIME_FRAMES_A_S if info.real_time else TURN_S
    delays_s = [*([pace_s] * (len(steps) - 1)), LAST_S]

    def shown() -> Iterator[NDArray[np.uint8]]:
        for done, picture in enumerate(_pictures(record, set(steps))):
            progress(done, len(steps))
            yield picture

    with path.open("wb") as file:
        file.writelines(write_gif(shown(), delays_s, samples))


def _write_png(record: GameRecord, step: int, path: Path) -> None:
    import pygame  # noqa: PLC0415 - no screen is opened

    (picture,) = _pictures(record, {step}, scale=2)
    surface = pygame.surfarray.make_surface(picture.swapaxes(0, 1))
    with path.open("wb") as file:
        pygame.image.save(surface, file, "position.png")


def _pictures(record: GameRecord, steps: set[int], scale: int = 1) -> Iterator[NDArray[np.uint8]]:
    """Yield the pictures of some positions, in order."""
    os.environ["SDL_VIDEODRIVER"] = "dummy"
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    import pygame  # noqa: PLC0415 - no screen is opened

    from client.replay.stage import STAGE, View, find_stage  # noqa: PLC0415 - draws
    from client.ui import theme  # noqa: PLC0415 - the same
    from client.ui.canvas import Canvas  # noqa: PLC0415 - the same

    pygame.display.init()
    pygame.font.init()
    pygame.display.set_mode((1, 1))
    canvas = Canvas(pygame.Surface((SCALE_WIDTH * scale, SCALE_HEIGHT * scale)))
    stage = find_stage(record)
    names = {item.player: item.name for item in record.participants}
    latest: dict[str, Any] = {}
    area = canvas.area((STAGE[0] - 16, 8, STAGE[2] + 32, STAGE[1] + STAGE[3] + 4))
    for frame in replay(record):
        latest.update({turn.player: turn for turn in frame.turns})
        if frame.step not in steps:
            continue
        canvas.surface.fill(theme.ABYSS)
        _caption(canvas, record, frame)
        view = View(frame, names, tuple(latest.values()), lambda _: None, still=True)
        stage.draw(canvas, view)
        yield pygame.surfarray.array3d(canvas.surface.subsurface(area)).swapaxes(0, 1).copy()


def _caption(canvas: Canvas, record: GameRecord, frame: Frame) -> None:
    from client.replay.stage import STAGE  # noqa: PLC0415 - draws
    from client.ui import theme  # noqa: PLC0415 - the same

    seats = "  -  ".join({item.player: item.name for item in record.participants}.values())
    canvas.text(seats, STAGE[0], 20, theme.HEADING, theme.FOAM, within=STAGE[2] - 190)
    right = STAGE[0] + STAGE[2]
    canvas.text("LAMBDA ARCADE", right, 24, theme.LABEL, theme.HAZE, align="right")
    told = headline(record) if frame.step == record.steps else f"step {frame.step} of {record.steps}"
    canvas.text(told, STAGE[0], 52, theme.BODY, theme.MIST, within=STAGE[2])
