"""The site: its function, deployed, and its files, put into the platform's bucket."""

from __future__ import annotations

import hashlib
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from infra.core.errors import CloudError
from infra.deploy.auth import IAM, chosen, route_settings
from infra.deploy.platform import PARALLEL, deploy_platform, deploy_service, stacks_found
from infra.deploy.services import SITE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from infra.environment.environment import Environment, Progress

FIRST_PAGE = "index.html"


def publish(environment: Environment, files: Mapping[str, bytes], progress: Progress) -> str:
    """Put ``files`` (path within the site -> content) into the bucket, serve them, and return where.

    Raises CloudError for an API that wants signed requests: a browser that opens a link cannot sign.
    """
    if not environment.has_platform:
        deploy_platform(environment, [], progress)
    found = stacks_found(environment)
    authorization = chosen(None, found, environment.names)
    if authorization == IAM:
        raise CloudError(
            "the API wants signed requests, and a browser signs none; lambda-arcade deploy --all --auth key (or none)"
            " changes that"
        )
    functions = environment.cloud.functions(environment.names.prefix)
    deploy_service(
        environment, SITE, found, functions, progress, route_settings(authorization, found, environment.names)
    )
    began = time.monotonic()

    def put(path: str) -> None:
        content = files[path]
        key, sha256 = f"site/{path}", hashlib.sha256(content).hexdigest()
        environment.cloud.put_object(environment.platform["BucketName"], key, content, sha256)

    first = [path for path in files if path != FIRST_PAGE]  # the page last: it never names what is not there yet
    with ThreadPoolExecutor(PARALLEL) as pool:
        list(pool.map(put, first))
    put(FIRST_PAGE)
    progress(f"{len(files)} files of the site stored", time.monotonic() - began)
    return f"{environment.api}/site/{FIRST_PAGE}"
