"""What each of the platform's own functions needs.  Their code and their templates lie in ``infra/services``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER = Path(__file__).parents[1] / "services"


@dataclass(frozen=True, slots=True)
class Service:
    """What one of them needs."""

    name: str
    needs: tuple[str, ...]
    """The parameters of its template that are outputs of the platform stack, or ApiBaseUrl, CacheSeconds or Prices."""

    def template(self) -> str:
        """Return its CloudFormation template."""
        return (FOLDER / self.name / "template.yaml").read_text(encoding="utf-8")


_ALL = (
    Service("catalog", ("BucketName", "ApiId", "ApiBaseUrl", "RatingsTable", "CacheSeconds", "Prices")),
    Service("recorder", ("BucketName", "ApiId", "LocksTable")),
    Service("rater", ("BucketName", "RatingsTable", "DeadLettersQueue", "NewRecordsTopic")),
    Service("guard", ("BucketName", "CanaryAlarmsTopic", "DeadLettersQueue")),
    Service("coach", ("BucketName", "DeadLettersQueue", "NewRecordsTopic")),
)
AUTHORIZER = Service("authorizer", ("BucketName", "ApiId"))
"""Deployed only where the API is to be called with a key."""
SITE = Service("site", ("BucketName", "ApiId", "RatingsTable", "CacheSeconds"))
"""Deployed when the site is published, and kept up to date from then on."""
GUARDED = frozenset({"catalog", "recorder", "site"})
"""Those with a route of their own on the API."""
SERVICES: Mapping[str, Service] = {service.name: service for service in _ALL}
