"""The platform's keys in the parameter store: made with the platform, rotated on request, kept for old records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ai_functions.runtime.proof import ProofKey
from infra.core.errors import CloudError
from infra.core.keys import FIRST, KeyLengthError, new_key, newest, parse_keys

if TYPE_CHECKING:
    from infra.environment.environment import Environment


def platform_keys(environment: Environment) -> dict[str, bytes]:
    """Return the platform's keys by their numbers.  Raises CloudError for one of the wrong length."""
    try:
        return parse_keys(environment.cloud.parameters(environment.names.keys))
    except KeyLengthError as error:
        where = f"{environment.names.keys}/{error.number}"
        raise CloudError(f"{error}; put the key back into the parameter {where}, or delete that") from error


def ensure_keys(environment: Environment) -> dict[str, bytes]:
    """Return the platform's keys; make the first if there is none."""
    keys = platform_keys(environment)
    if not keys:
        environment.cloud.put_secret_once(f"{environment.names.keys}/{FIRST}", new_key())
        keys = platform_keys(environment)  # another deployer's, if it was faster
    return keys


def rotate_key(environment: Environment) -> str:
    """Make a new key, by which functions sign from their next deployment on; return its number."""
    keys = platform_keys(environment)
    number = str(int(newest(keys)) + 1) if keys else FIRST
    environment.cloud.put_secret_once(f"{environment.names.keys}/{number}", new_key())
    return number


def proof_key(environment: Environment, name: str) -> str:
    """Return the key of one function, as its template takes it."""
    keys = ensure_keys(environment)
    number = newest(keys)
    return str(ProofKey.of(keys[number], number, name))
