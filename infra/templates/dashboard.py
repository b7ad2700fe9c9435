"""The dashboard, in a stack of its own: there only on request, since it costs more than all that stands beside it."""

from __future__ import annotations

from infra.templates import parameters
from infra.templates.intrinsics import Node, joined, ref, sub
from infra.templates.parts import output, resource, template

DASHBOARD = r"""{"widgets": [
  {"type": "metric", "x": 0, "y": 0, "width": 12, "height": 6, "properties": {
    "title": "Requests a minute", "region": "${AWS::Region}", "stat": "Sum", "period": 60,
    "metrics": [
      [{"expression": "SEARCH('{AWS/Lambda,FunctionName} ${Prefix} MetricName=\"Invocations\"', 'Sum', 60)"}]]}},
  {"type": "metric", "x": 12, "y": 0, "width": 12, "height": 6, "properties": {
    "title": "Answer time p99 (ms)", "region": "${AWS::Region}", "period": 60,
    "metrics": [[{"expression": "SEARCH('{AWS/Lambda,FunctionName} ${Prefix} MetricName=\"Duration\"', 'p99', 60)"}]]}},
  {"type": "metric", "x": 0, "y": 6, "width": 24, "height": 6, "properties": {
    "title": "Errors and throttles", "region": "${AWS::Region}", "stat": "Sum", "period": 60,
    "metrics": [
      [{"expression": "SEARCH('{AWS/Lambda,FunctionName} ${Prefix} MetricName=\"Errors\"', 'Sum', 60)"}],
      [{"expression": "SEARCH('{AWS/Lambda,FunctionName} ${Prefix} MetricName=\"Throttles\"', 'Sum', 60)"}]]}}
]}
"""


def dashboard() -> dict[str, Node]:
    """Return the template."""
    properties = {"DashboardName": ref("Prefix"), "DashboardBody": sub(DASHBOARD)}
    return template(
        "Lambda Arcade, a dashboard of requests, times, errors and throttles, for 3 dollars a month.",
        {
            **parameters.prefix(),
            **parameters.release(
                "Names template and settings, so that a deployer sees what is there already. Has no other effect."
            ),
        },
        {"Dashboard": resource("CloudWatch::Dashboard", properties)},
        {"Release": output("Names template and settings.", joined("release ", ref("Release")))},
    )
