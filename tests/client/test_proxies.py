from __future__ import annotations

import pytest
import requests

from ai_functions.runtime.loopback import is_loopback_url
from client.net.remote import RemoteError, fetch_opponents, new_session
from infra.aws import Cloud
from infra.core.errors import CloudError
from infra.core.state import Account
from tests.trap import trap

HERE = ["http://127.0.0.1:4566/x", "http://localhost", "http://[::1]:1/", "http://a.localhost:2", "http://127.1.2.3"]
ELSEWHERE = ["https://abc.execute-api.eu-west-1.amazonaws.com/", "http://10.0.0.1", "http://localhost.example.org", "x"]


def test_this_machine_is_told_from_others():
    assert [is_loopback_url(url) for url in (*HERE, *ELSEWHERE)] == [True] * len(HERE) + [False] * len(ELSEWHERE)


def test_a_functions_host_on_aws_is_reached_by_the_proxy_and_this_machine_directly(monkeypatch: pytest.MonkeyPatch):
    with trap() as proxy, trap() as api:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
            monkeypatch.setenv(name, proxy.url)
        with pytest.raises(RemoteError, match="403"):
            fetch_opponents(api.url)
        assert (api.heard, proxy.heard) == (["GET /opponents"], [])
        with pytest.raises(requests.RequestException):
            new_session().get("https://a1.execute-api.eu-west-1.amazonaws.com/opponents", timeout=5)
        assert proxy.heard == ["CONNECT a1.execute-api.eu-west-1.amazonaws.com:443"]


def test_calls_to_aws_go_by_the_proxy(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "y")
    with trap() as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        with pytest.raises(CloudError, match="HTTPS_PROXY"):
            Cloud(Account(region="eu-west-1")).call("sts", "get_caller_identity")
        assert proxy.heard == ["CONNECT sts.eu-west-1.amazonaws.com:443"]
