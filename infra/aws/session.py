"""One account in one region: credentials, clients, and refusals told in one line."""

from __future__ import annotations

import functools
import os
import time
from threading import Lock
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar, cast

import boto3
import botocore.session
from botocore.config import Config
from botocore.configprovider import (
    BOTOCORE_DEFAUT_SESSION_VARIABLES,
    ConfigValueStore,
    ConstantProvider,
    EnvironmentProvider,
)
from botocore.exceptions import BotoCoreError, ClientError

from ai_functions.runtime.loopback import is_loopback_url
from infra.core.errors import CloudError, explain

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from infra.core.state import Account

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
            self._session: Any = _isolated(account) if account.isolated else _as_configured(account)
            region = self._session.region_name or (LOCAL_REGION if account.local else None)
        except BotoCoreError as error:
            raise explain(error, endpoint=account.endpoint, profile=account.profile) from error
        if region is None:
            raise CloudError("no region is set: give --region, or set AWS_REGION")
        self.region: str = region
        self._clients: dict[str, Any] = {}
        self._making = Lock()  # a session may not make two clients at once

    def configured_endpoint(self) -> str | None:
        """Return the endpoint for all services that AWS_ENDPOINT_URL or the profile names; the SDK would use it."""
        config = self._session._session  # noqa: SLF001 - boto3 has no public way to botocore's session
        if config.get_config_variable("ignore_configured_endpoint_urls"):
            return None
        return os.environ.get("AWS_ENDPOINT_URL") or config.get_scoped_config().get("endpoint_url")

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
            attempts = 1 if service == "sts" else 2 if local else 6  # whose account it is matters to no command
            config = Config(
                retries={"total_max_attempts": attempts, "mode": "standard"},
                connect_timeout=5,
                read_timeout=60,
                max_pool_connections=16,
                s3={"addressing_style": "path"} if local else {},
                proxies={} if local and is_loopback_url(str(self.account.endpoint)) else None,  # None: as configured
            )
            self._clients[service] = self._session.client(
                service, region_name=self.region, endpoint_url=self.account.endpoint, config=config
            )
        return self._clients[service]


def _as_configured(account: Account) -> Any:
    """Return a session with the SDK's own credentials, from wherever the SDK finds them."""
    region = account.region or os.environ.get("AWS_REGION")  # boto3 reads AWS_DEFAULT_REGION alone
    return boto3.Session(profile_name=account.profile, region_name=region)


def _isolated(account: Account) -> Any:
    """Return a session with the local cloud's root keys, which reads no variable and no file of AWS's.

    Of those, any may be set for other work: a profile that is not there, a file that cannot be read, FIPS endpoints.
    Only the certificates to trust are read, and only where the endpoint is another machine.
    """
    bare = botocore.session.Session()
    settings: dict[str, Any] = {
        name: ConstantProvider(default) for name, (_, _, default, _) in BOTOCORE_DEFAUT_SESSION_VARIABLES.items()
    }
    settings |= {name: ConstantProvider(os.devnull) for name in ("config_file", "credentials_file")}
    if not is_loopback_url(str(account.endpoint)):
        settings["ca_bundle"] = EnvironmentProvider("AWS_CA_BUNDLE", os.environ)
    bare.register_component("config_store", ConfigValueStore(settings))
    return boto3.Session(
        botocore_session=bare,
        region_name=account.region or LOCAL_REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106 - the local cloud's root  # pragma: allowlist secret
    )


def patiently(seconds: float) -> Iterator[None]:
    """Yield until time is up, first often, then rarely."""
    end, pause = time.monotonic() + seconds, POLL_FIRST_S
    while True:
        yield
        if time.monotonic() > end:
            return
        time.sleep(pause)
        pause = min(pause * 1.5, POLL_MOST_S)
