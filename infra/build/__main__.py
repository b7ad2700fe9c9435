"""``python -m infra.build FOLDER ZIP``: the function of an opponent as a zip, for whoever deploys with another tool."""

from __future__ import annotations

import sys
from pathlib import Path

from infra.build.packaging import package_opponent

if __name__ == "__main__":
    folder, target = sys.argv[1:]
    _, package = package_opponent(Path(folder))
    Path(target).write_bytes(package.content)
    print(package.sha256_base64)  # noqa: T201 - CloudFormation wants it
