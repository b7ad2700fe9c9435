from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from client.net.first_call import FirstCall

PATIENCE_S = 20.0


def cold(word: str) -> bool:
    return word == "cold"


class Function:
    """Answers ``cold`` once it is let go, and ``warm`` ever after."""

    def __init__(self) -> None:
        self.asked, self.go = Event(), Event()
        self.calls: list[str] = []

    def __call__(self) -> str:
        self.calls.append("warm" if self.calls else "cold")
        word = self.calls[-1]
        self.asked.set()
        assert self.go.wait(PATIENCE_S)
        return word


def test_what_is_asked_while_the_first_call_starts_the_function_waits_and_is_cold_too():
    first, function = FirstCall(), Function()
    with ThreadPoolExecutor(3) as pool:
        one = pool.submit(first.run, function, cold, PATIENCE_S)
        assert function.asked.wait(PATIENCE_S)
        others = [pool.submit(first.run, function, cold, PATIENCE_S) for _ in range(2)]
        assert len(function.calls) == 1
        function.go.set()
        assert one.result() == ("cold", True)
        assert [other.result() for other in others] == [("warm", True)] * 2
    assert first.run(function, cold, PATIENCE_S) == ("warm", False)


def test_a_first_call_that_fails_leaves_its_place_to_the_next():
    first = FirstCall()

    def fail() -> str:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        first.run(fail, cold, PATIENCE_S)
    assert first.run(lambda: "cold", cold, PATIENCE_S) == ("cold", True)
    assert first.run(lambda: "warm", cold, PATIENCE_S) == ("warm", False)


def test_who_waits_longer_than_it_has_time_is_told():
    first, function = FirstCall(), Function()
    with ThreadPoolExecutor(1) as pool:
        one = pool.submit(first.run, function, cold, PATIENCE_S)
        assert function.asked.wait(PATIENCE_S)
        with pytest.raises(TimeoutError):
            first.run(function, cold, 0.01)
        function.go.set()
        assert one.result() == ("cold", True)
