"""Why a stand-in played, as a person reads it."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest
from odd_server import serving, whole

from client.net.causes import SENTENCES, sentence
from client.net.remote import RemoteError, RemoteOpponent

if TYPE_CHECKING:
    from collections.abc import Iterable


def cause_of(status: int) -> str:
    with serving(whole(b'{"message": "Not Found"}', status)) as url, pytest.raises(RemoteError) as caught:
        RemoteOpponent(url, guest=True).identify()
    return caught.value.cause


@pytest.mark.parametrize("causes", [SENTENCES, ("something new",)])
def test_every_cause_is_a_sentence_with_the_name(causes: Iterable[str]) -> None:
    for cause in causes:
        said = sentence(cause, "Admiral {0} %s")
        assert "Admiral {0} %s" in said
        assert said.endswith(".")


@pytest.mark.parametrize("status", [404, 410, 429, 500, 503, 400, 403, 415, 422])
def test_whatever_status_comes_has_a_sentence_of_its_own(status: int) -> None:
    assert cause_of(status) in SENTENCES


def test_an_opponent_that_was_deleted_is_said_to_be_gone() -> None:
    assert cause_of(HTTPStatus.NOT_FOUND) == "gone"
    assert sentence("gone", "Fleet Admiral") == "Fleet Admiral is not deployed any more; swap the opponent."
