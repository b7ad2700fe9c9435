"""The platform's keys in the parameter store: made with the platform, rotated on request, kept for old records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ai_functions.runtime.proof import ProofKey
from infra.core.errors import CloudError
from infra.core.keys import KeyLengthError, new_key, newest, number_of, parse_keys

if TYPE_CHECKING:
    from collections.abc import Mapping

    from infra.environment.environment import Environment

LOCK = "proof keys"
"""What is held while a key is made."""


def platform_keys(environment: Environment) -> dict[str, bytes]:
    """Return the platform's keys by their numbers.  Raises CloudError for one of the wrong length."""
    try:
        return parse_keys(environment.cloud.parameters(environment.names.keys))
    except KeyLengthError as error:
        where = f"{environment.names.keys}/{error.number}"
        raise CloudError(f"{error}; put the key back into the parameter {where}, or delete that") from error


def ensure_keys(environment: Environment) -> dict[str, bytes]:
    """Return the platform's keys; make the first if there is none.  Raises CloudError."""
    keys = platform_keys(environment)
    if not keys:
        with environment.held(LOCK, _say_nothing):
            if not (keys := platform_keys(environment)):  # else another deployer was faster
                _make(environment, keys)
        keys = platform_keys(environment)
    return keys


def rotate_key(environment: Environment) -> str:
    """Make a new key, by which functions sign from their next deployment on; return its number.  Raises CloudError."""
    with environment.held(LOCK, _say_nothing):
        return _make(environment, platform_keys(environment))


def _make(environment: Environment, before: Mapping[str, bytes]) -> str:
    key = new_key()
    number = number_of(key, before)
    environment.cloud.put_secret_once(f"{environment.names.keys}/{number}", key)
    return number


def _say_nothing(_what: str, _seconds: float | None) -> None:
    """Wait without a word: whoever makes a key has done so in a moment."""


def proof_key(environment: Environment, name: str) -> str:
    """Return the key of one function, as its template takes it."""
    keys = ensure_keys(environment)
    number = newest(keys)
    return str(ProofKey.of(keys[number], number, name))
