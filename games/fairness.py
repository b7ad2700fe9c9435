"""Fair play that can be checked afterwards: a secret is promised before it is used, and told at the end.

Before a match the program shows the SHA-256 of its secret, the commitment; then the person may add a word.  The match's
seed, and with it every roll and card, follows from both: the first eight bytes of HMAC-SHA256(secret, "seed/WORD") as a
number, halved.  So the program cannot choose the dice once it has committed itself, nor can the person.

An action that the others must not see yet, such as a fleet's placement, is sealed when it is played:
HMAC-SHA256(secret, "seal/STEP/PLAYER/ACTION").  The record holds it all (docs/fair-dice.md).
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from hashlib import sha256

from games.texts import printable

SECRET_BYTES = 32
HEX = 2 * SECRET_BYTES
"""Digits of a secret, a commitment and a seal."""
MAX_WORD = 40
"""Letters."""


@dataclass(frozen=True, slots=True)
class Pledge:
    """What a match's chance follows from.  Make it by ``of``; a record may hold any."""

    commitment: str
    """What was shown before the word was given: the SHA-256 of the secret, hexadecimal."""
    secret: str
    """Hexadecimal; not told before the end."""
    word: str = ""

    @classmethod
    def of(cls, secret: str, word: str = "") -> Pledge:
        """Return the pledge of a secret (hexadecimal) and the person's word, of which what can be printed counts."""
        return cls(sha256(bytes.fromhex(secret)).hexdigest(), secret, printable(word.strip(), MAX_WORD))

    @property
    def kept(self) -> bool:
        """Whether the secret is the one that was promised."""
        return sha256(bytes.fromhex(self.secret)).hexdigest() == self.commitment

    @property
    def seed(self) -> int:
        """The seed of the match, 63 bits."""
        return int.from_bytes(self._mac(f"seed/{self.word}")[:8], "big") >> 1

    def seal(self, step: int, player: str, action: str) -> str:
        """Return the seal, hexadecimal, of an action as text."""
        return self._mac(f"seal/{step}/{player}/{action}").hex()

    def _mac(self, message: str) -> bytes:
        return hmac.digest(bytes.fromhex(self.secret), message.encode(), "sha256")
