"""Lambda: functions, their versions and where ``live`` points; what CloudWatch counted and what they logged."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from infra.aws.session import Session, in_one_line, patiently
from infra.core.errors import CloudError
from infra.core.state import FunctionVersion, Pointer

if TYPE_CHECKING:
    from datetime import datetime

LIVE = "live"


class Functions(Session):
    """What is done with functions."""

    @in_one_line
    def has_function(self, name: str) -> bool:
        """Return whether there is a function of this name."""
        try:
            self.client("lambda").get_function_configuration(FunctionName=name)
        except self.client("lambda").exceptions.ResourceNotFoundException:
            return False
        return True

    @in_one_line
    def functions(self, prefix: str) -> dict[str, int]:
        """Return the functions whose name starts with ``prefix``, and the memory of each in MB."""
        pages = self.client("lambda").get_paginator("list_functions").paginate()
        found = {item["FunctionName"]: int(item["MemorySize"]) for page in pages for item in page["Functions"]}
        return {name: memory for name, memory in found.items() if name.startswith(f"{prefix}-")}

    @in_one_line
    def architectures(self, prefix: str) -> dict[str, str]:
        """Return the processor of each function whose name starts with ``prefix``."""
        pages = self.client("lambda").get_paginator("list_functions").paginate()
        found = [item for page in pages for item in page["Functions"] if item["FunctionName"].startswith(f"{prefix}-")]
        return {item["FunctionName"]: (item.get("Architectures") or ["x86_64"])[0] for item in found}

    @in_one_line
    def metrics(self, queries: list[dict[str, Any]], start: datetime, end: datetime) -> dict[str, list[float]]:
        """Return CloudWatch's values for each query, by its id."""
        client = self.client("cloudwatch")
        values: dict[str, list[float]] = {}
        for first in range(0, len(queries), 500):  # CloudWatch takes no more at once
            pages = client.get_paginator("get_metric_data").paginate(
                MetricDataQueries=queries[first : first + 500], StartTime=start, EndTime=end
            )
            for page in pages:
                for item in page["MetricDataResults"]:
                    values.setdefault(item["Id"], []).extend(item["Values"])
        return values

    @in_one_line
    def pointer(self, function: str) -> Pointer | None:
        """Return where ``live`` points; None if there is no such function or alias."""
        client = self.client("lambda")
        try:
            return _pointer(client.get_alias(FunctionName=function, Name=LIVE))
        except client.exceptions.ResourceNotFoundException:
            return None

    @in_one_line
    def point(self, function: str, pointer: Pointer) -> None:
        """Let ``live`` point elsewhere, at once."""
        weights = {pointer.canary: pointer.weight} if pointer.canary else {}
        self.client("lambda").update_alias(
            FunctionName=function, Name=LIVE, FunctionVersion=pointer.version,
            RoutingConfig={"AdditionalVersionWeights": weights},
        )  # fmt: skip

    @in_one_line
    def delete_alarms(self, prefix: str) -> None:
        """Delete the alarms whose name starts with ``prefix``, if there are any."""
        client = self.client("cloudwatch")
        pages = client.get_paginator("describe_alarms").paginate(AlarmNamePrefix=prefix, AlarmTypes=["MetricAlarm"])
        names = [item["AlarmName"] for page in pages for item in page["MetricAlarms"]]
        if names:
            client.delete_alarms(AlarmNames=names)

    @in_one_line
    def reserve(self, function: str, concurrency: int | None) -> None:
        """Let at most ``concurrency`` requests of ``function`` run at once; None lifts that."""
        client = self.client("lambda")
        if concurrency is None:
            client.delete_function_concurrency(FunctionName=function)
        else:
            client.put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=concurrency)

    @in_one_line
    def versions(self, function: str) -> list[FunctionVersion]:
        """Return the published versions, oldest first."""
        pages = self.client("lambda").get_paginator("list_versions_by_function").paginate(FunctionName=function)
        found = [
            FunctionVersion(item["Version"], item.get("Description", ""))
            for page in pages
            for item in page["Versions"]
            if item["Version"] != "$LATEST"
        ]
        return sorted(found, key=lambda item: int(item.version))

    @in_one_line
    def invoke(self, function: str, payload: Any, *, qualifier: str = LIVE) -> Any:
        """Return what the function answers to ``payload``.  Raises CloudError when it fails."""
        answer = self.client("lambda").invoke(
            FunctionName=function, Qualifier=qualifier, Payload=json.dumps(payload).encode()
        )
        body = json.loads(answer["Payload"].read() or b"null")
        if "FunctionError" in answer:
            raise CloudError(f"{function}: {body.get('errorType')}: {body.get('errorMessage')}")
        return body

    @in_one_line
    def log_groups(self, prefix: str) -> list[str]:
        """Return the log groups whose name starts with ``prefix``."""
        pages = self.client("logs").get_paginator("describe_log_groups").paginate(logGroupNamePrefix=prefix)
        return [item["logGroupName"] for page in pages for item in page["logGroups"]]

    @in_one_line
    def log_events(self, group: str, since_ms: int, pattern: str = "") -> list[tuple[int, str, str]]:
        """Return time (ms), event id and text of what was logged since, oldest first; ``pattern`` chooses among it."""
        client = self.client("logs")
        try:
            pages = client.get_paginator("filter_log_events").paginate(
                logGroupName=group, startTime=since_ms, **({"filterPattern": pattern} if pattern else {})
            )
            found = [
                (item["timestamp"], item.get("eventId", ""), item["message"].rstrip("\n"))
                for page in pages
                for item in page["events"]
            ]
        except client.exceptions.ResourceNotFoundException:
            raise CloudError(f"{group}: there is no such log; is the function deployed?") from None
        return sorted(found, key=lambda item: item[0])

    @in_one_line
    def query_logs(
        self, query: str, groups: list[str], start: datetime, end: datetime, *, patience_s: float
    ) -> list[dict[str, str]]:
        """Return the rows that Logs Insights finds in ``groups``.  Raises CloudError if that takes too long."""
        if not groups:
            return []
        client = self.client("logs")
        begun = client.start_query(
            logGroupNames=groups, queryString=query, startTime=int(start.timestamp()), endTime=int(end.timestamp())
        )
        for _ in patiently(patience_s):
            found = client.get_query_results(queryId=begun["queryId"])
            if found["status"] == "Complete":
                return [{cell["field"]: cell["value"] for cell in row} for row in found["results"]]
            if found["status"] not in {"Scheduled", "Running"}:
                raise CloudError(f"Logs Insights: the query is {found['status']}")
        raise CloudError(f"Logs Insights did not answer within {patience_s:.0f} s")


def _pointer(alias: Any) -> Pointer:
    weights = (alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
    for canary, weight in weights.items():
        return Pointer(alias["FunctionVersion"], canary, float(weight))
    return Pointer(alias["FunctionVersion"])
