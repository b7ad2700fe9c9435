"""One function in trouble, or being changed, under load: the others do not notice."""

from __future__ import annotations

import http.client
import json
import threading
import time
from typing import TYPE_CHECKING, Any, Self

import pytest
from clouds import create_function, zipped

if TYPE_CHECKING:
    from collections.abc import Callable

    from infra.local.daemon import LocalCloud

STEADY = "def handler(event, context): return event"
TROUBLE = """
import ctypes, os, time
def handler(event, context):
    if event == "hang": time.sleep(60)
    if event == "crash": os.abort()
    if event == "exit": os._exit(1)
    if event == "greedy": bytearray(10**10)
    if event == "flood": print("x" * 2_000_000)
    raise ValueError(event)
"""
ROOT = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/lambda/aws4_request, SignedHeaders=host, Signature=0"
"""Who signs as the local cloud's root is believed."""
CHANGING = "VERSION = {}\ndef handler(event, context): return VERSION"


class Load:
    """Callers that send requests to one function until told to stop, and note every answer that is none."""

    def __init__(self, cloud: LocalCloud, name: str, callers: int, total: int, payload: bytes = b'"ok"') -> None:
        self.errors: list[Any] = []
        self.answered = 0
        self._cloud, self._name, self._payload = cloud, name, payload
        self._left = total
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._call) for _ in range(callers)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.join()

    def join(self) -> None:
        for thread in self._threads:
            thread.join()

    def stop(self) -> None:
        self._left = 0

    def running(self) -> bool:
        return any(thread.is_alive() for thread in self._threads)

    def _call(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._cloud.port, timeout=90)
        path = f"/2015-03-31/functions/{self._name}/invocations"
        while True:
            with self._lock:
                if self._left <= 0:
                    break
                self._left -= 1
            connection.request("POST", path, self._payload, {"Authorization": ROOT})
            answer = connection.getresponse()
            body = answer.read()
            with self._lock:
                if answer.status == 200 and answer.getheader("X-Amz-Function-Error") is None:
                    self.answered += 1
                else:
                    self.errors.append((answer.status, body[:200]))
        connection.close()


@pytest.mark.parametrize("trouble", ["hang", "crash", "exit", "greedy", "flood"])
def test_a_function_in_trouble_leaves_the_others_without_an_error(
    aws: Callable[[str], Any], local_cloud: LocalCloud, trouble: str
) -> None:
    create_function(aws("lambda"), f"calm-{trouble}", STEADY)
    create_function(aws("lambda"), f"trouble-{trouble}", TROUBLE, Timeout=3)
    bad = Load(local_cloud, f"trouble-{trouble}", 4, 10**9, json.dumps(trouble).encode())
    with bad:
        with Load(local_cloud, f"calm-{trouble}", 4, 300) as good:
            pass
        bad.stop()
    assert (good.answered, good.errors) == (300, [])
    assert bad.answered == 0
    assert len(bad.errors) >= 4
    aws("lambda").delete_function(FunctionName=f"trouble-{trouble}")


def churn(client: Any, name: str, stop: Callable[[], bool]) -> int:
    """Update ``name`` again and again, publish, point its alias forward and back, delete and create it; count."""
    rounds = 0
    while not stop():
        rounds += 1
        for _ in range(5):
            client.update_function_code(FunctionName=name, ZipFile=zipped(app=CHANGING.format(time.time_ns())))
            version = client.publish_version(FunctionName=name)["Version"]
            client.update_alias(FunctionName=name, Name="live", FunctionVersion=version)
        client.update_alias(FunctionName=name, Name="live", FunctionVersion="1")
        client.delete_function(FunctionName=name)
        new_changing(client, name)
    return rounds


def new_changing(client: Any, name: str) -> None:
    create_function(client, name, CHANGING.format(0))
    client.publish_version(FunctionName=name)
    client.create_alias(FunctionName=name, Name="live", FunctionVersion="1")


def test_updates_of_a_function_under_load_cause_no_error_in_it(
    aws: Callable[[str], Any], local_cloud: LocalCloud
) -> None:
    client = aws("lambda")
    new_changing(client, "updated")
    with Load(local_cloud, "updated:live", 4, 600) as load:
        for _ in range(10):
            client.update_function_code(FunctionName="updated", ZipFile=zipped(app=CHANGING.format(time.time_ns())))
            version = client.publish_version(FunctionName="updated")["Version"]
            client.update_alias(FunctionName="updated", Name="live", FunctionVersion=version)
        client.update_alias(FunctionName="updated", Name="live", FunctionVersion="1")
    assert (load.answered, load.errors) == (600, [])


@pytest.mark.slow
def test_ten_thousand_requests_of_fifty_callers_while_another_function_comes_and_goes(
    aws: Callable[[str], Any], local_cloud: LocalCloud
) -> None:
    client = aws("lambda")
    create_function(client, "steady", STEADY)
    new_changing(client, "fickle")
    with Load(local_cloud, "steady", 50, 10_000) as load:
        rounds = churn(client, "fickle", lambda: not load.running())
    assert (load.answered, load.errors) == (10_000, [])
    assert rounds >= 1
