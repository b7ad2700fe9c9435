"""Where rolls come from: the match's secret, and the number of the throw.

A throw's bytes are HMAC-SHA256(secret, "throw/block") for block 0, 1, ...; bytes from 252 on are passed over, so that
each of six remainders is equally likely.  Two bytes make a pair of dice.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from games.backgammon.kernel import DICE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from games.backgammon.turns import Dice

SECRET_BYTES = 32
FAIR = 256 - 256 % DICE


def throws(secret: str, number: int) -> tuple[Dice, ...]:
    """Return pairs of dice of throw ``number`` until the two of a pair differ.

    A turn plays the first.  The first turn of a game plays the last: equal dice are thrown again, and whose die is
    larger begins.  ``secret`` is hexadecimal.
    """
    faces = _faces(secret, number)
    pairs: list[Dice] = []
    while not pairs or pairs[-1][0] == pairs[-1][1]:
        pairs.append((next(faces), next(faces)))
    return tuple(pairs)


def _faces(secret: str, number: int) -> Iterator[int]:
    block = 0
    while True:
        digest = hmac.digest(bytes.fromhex(secret), f"{number}/{block}".encode(), "sha256")
        yield from (byte % DICE + 1 for byte in digest if byte < FAIR)
        block += 1
