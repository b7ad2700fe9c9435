"""One account in one region: credentials, clients, and refusals told in one line."""

from __future__ import annotations

import functools
import time
from threading import Lock
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar, cast

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from infra.complaints import CloudError, explain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from infra.state import Account

LOCAL_REGION = "us-east-1"
POLL_FIRST_S, POLL_MOST_S = 0.02, 2.0

ParamsT = ParamSpec("ParamsT")
SessionT = TypeVar("SessionT", bound="Session")
ResultT = TypeVar("ResultT")


def in_one_line(
    method: Callable[Concatenate[SessionT, ParamsT], ResultT],
) -> Callable[Concatenate[SessionT, ParamsT], ResultT]:
    """Make ``method`` raise CloudError, which says in one line what to do, where the cloud refuses."""

    @functools.wraps(method)
    def told(cloud: SessionT, /, *args: ParamsT.args, **kwargs: ParamsT.kwargs) -> ResultT:
        try:
            return method(cloud, *args, **kwargs)
        except (ClientError, BotoCoreError) as error:
            raise explain(error, endpoint=cloud.account.endpoint, profile=cloud.account.profile) from error

    return cast("Callable[Concatenate[SessionT, ParamsT], ResultT]", told)


class Session:
    """One account in one region.  Every method raises CloudError, in one line, when the cloud refuses.

    Safe to use from several threads: boto3's clients are, once made.
    """

    def __init__(self, account: Account) -> None:
        self.account = account
        try:
            self._session: Any = boto3.Session(
                profile_name=account.profile,
                region_name=account.region or (LOCAL_REGION if account.local else None),
                aws_access_key_id="test" if account.local else None,  # the local cloud's root
                aws_secret_access_key="test" if account.local else None,  # pragma: allowlist secret
            )
        except BotoCoreError as error:
            raise explain(error, endpoint=account.endpoint, profile=account.profile) from error
        if self._session.region_name is None:
            raise CloudError("no region is set: give --region, or set AWS_REGION")
        self.region: str = self._session.region_name
        self._clients: dict[str, Any] = {}
        self._making = Lock()  # a session may not make two clients at once

    def client(self, service: str) -> Any:
        """Return boto3's client of ``service``, made once."""
        with self._making:
            return self._made(service)

    @in_one_line
    def call(self, service: str, operation: str, /, **parameters: Any) -> Any:
        """Return what ``operation`` of ``service`` answers: for what no method here has a name for."""
        return getattr(self.client(service), operation)(**parameters)

    def _made(self, service: str) -> Any:
        if service not in self._clients:
            local = self.account.local
            config = Config(
                retries={"total_max_attempts": 2 if local else 6, "mode": "standard"},
                connect_timeout=5,
                read_timeout=60,
                max_pool_connections=16,
                s3={"addressing_style": "path"} if local else {},
            )
            self._clients[service] = self._session.client(service, endpoint_url=self.account.endpoint, config=config)
        return self._clients[service]


def patiently(seconds: float) -> Iterator[None]:
    """Yield until time is up, first often, then rarely."""
    end, pause = time.monotonic() + seconds, POLL_FIRST_S
    while True:
        yield
        if time.monotonic() > end:
            return
        time.sleep(pause)
        pause = min(pause * 1.5, POLL_MOST_S)
