"""A function's word for its answer, which a record keeps: nobody else can make one up.

It is a code (HMAC-SHA256) over function, version, model, match, turn, seed, what was seen and what was answered, with a
key that follows from the platform's and the function's name: whoever has one function's key makes no other's.
"""

from __future__ import annotations

import hmac
import json
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from games.core import Json

KEY_VARIABLE = "PROOF_KEY"
KEY_BYTES = 32
FORMAT = "lambda-arcade/move/1"


class ProofKey(NamedTuple):
    """One function's key, and which of the platform's it follows from."""

    key_id: str
    key: bytes

    @classmethod
    def of(cls, platform_key: bytes, key_id: str, name: str) -> ProofKey:
        """Return the key of the function of the opponent ``name``."""
        return cls(key_id, hmac.new(platform_key, f"{FORMAT}/{name}".encode(), sha256).digest())

    @classmethod
    def parse(cls, text: str) -> ProofKey:
        """Return the key in a function's variable.  Raises ValueError for one of the wrong length, or of none."""
        key_id, colon, digits = text.partition(":")
        if not (key_id.isdecimal() and colon) or len(digits) != 2 * KEY_BYTES:
            raise ValueError(
                f"{KEY_VARIABLE} has {len(digits)} digits; wanted: a number, a colon and {2 * KEY_BYTES} digits"
            )
        return cls(key_id, bytes.fromhex(digits))

    def __str__(self) -> str:
        return f"{self.key_id}:{self.key.hex()}"


class Claim(NamedTuple):
    """What a proof says."""

    name: str
    version: str
    sha256: str
    match_id: str
    turn: int
    seed: int
    seen: str
    """``digest`` of the observation."""
    action: str


def digest(observation: Json) -> str:
    """Return what an observation comes to, however its JSON is written."""
    return sha256(json.dumps(observation, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def prove(key: ProofKey, claim: Claim) -> str:
    """Return the proof of ``claim``: the number of the platform's key, a dot, and the code."""
    text = json.dumps([FORMAT, *claim], separators=(",", ":")).encode()
    code = urlsafe_b64encode(hmac.new(key.key, text, sha256).digest()).decode().rstrip("=")
    return f"{key.key_id}.{code}"


def proves(proof: str, key: ProofKey, claim: Claim) -> bool:
    """Whether ``proof`` is that of ``claim``."""
    return hmac.compare_digest(proof.encode(), prove(key, claim).encode())
