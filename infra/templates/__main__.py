"""``python -m infra.templates``: write the templates anew, as YAML that any tool can deploy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.templates import FOLDER
from infra.templates.ci import ci
from infra.templates.dashboard import dashboard
from infra.templates.intrinsics import to_yaml
from infra.templates.layer import layer
from infra.templates.opponent import opponent
from infra.templates.platform import platform
from infra.templates.services import authorizer, catalog, coach, guard, rater, recorder, site
from infra.templates.trainer import trainer

if TYPE_CHECKING:
    from pathlib import Path


SERVICES = FOLDER.parent / "services"


def written() -> dict[Path, str]:
    """Return the text of every template, by the file that it belongs into."""
    services = (authorizer, catalog, coach, guard, rater, recorder, site, trainer)
    return {
        **{FOLDER / f"{make.__name__}.yaml": to_yaml(make()) for make in (ci, dashboard, layer, opponent, platform)},
        **{SERVICES / make.__name__ / "template.yaml": to_yaml(make()) for make in services},
    }


if __name__ == "__main__":
    for path, text in written().items():
        path.write_text(text, encoding="utf-8")
