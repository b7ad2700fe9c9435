"""The sounds of backgammon, synthesised (see ``client.ui.audio.synth``)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from client.ui.audio.synth import Samples, Synth, mixed, noise, tone

if TYPE_CHECKING:
    from collections.abc import Iterable

DICE, CHECKER, STRUCK, BORNE, CUBE = "dice", "checker", "struck", "borne", "cube"


def _knock(hz: float, decay: float, seed: int) -> Samples:
    return mixed((0, 0.6, tone(0.14, hz, hz * 0.7, decay)), (0, 0.5, noise(0.06, 2600, 60, seed)))


def _dice() -> Samples:
    """Return two dice that bounce off a board, ever closer together and fainter."""
    times: Iterable[float] = (0.0, 0.07, 0.17, 0.22, 0.31, 0.36, 0.41, 0.44)
    bounces = [(at, 0.5 * (1 - at), _knock(900 + 170 * (index % 3), 48, 20 + index)) for index, at in enumerate(times)]
    return mixed(*bounces)


SYNTHS: dict[str, Synth] = {
    DICE: _dice,
    CHECKER: lambda: _knock(420, 34, 11),
    STRUCK: lambda: mixed((0, 0.9, _knock(210, 18, 12)), (0.07, 0.5, _knock(330, 24, 13))),
    BORNE: lambda: mixed((0, 0.5, _knock(520, 30, 14)), (0.06, 0.3, tone(0.25, 780, 1040, 12))),
    CUBE: lambda: mixed((0, 0.7, _knock(150, 14, 15)), (0.1, 0.25, tone(0.5, 392, decay=7))),
}
