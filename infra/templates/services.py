"""The platform's own functions: a template for each, with a role that may do what that one function does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from infra.templates import parameters
from infra.templates.functions import (
    Function,
    integration,
    may_give_up,
    may_read_records,
    on_failure,
    permission,
    route,
    told_of_new_records,
)
from infra.templates.intrinsics import Intrinsic, Node, arn, att, equals, ref, sub
from infra.templates.parts import in_bucket, output, resource, statement, template

if TYPE_CHECKING:
    from collections.abc import Mapping

CALLED_BY_API = "What the API calls."
_ANY_PART = re.compile(r"{[^}]+}")
"""A part of a route's path that the caller fills in."""
UPLOADS_OF_A_PLAYER, UPLOADS_OF_AN_ADDRESS = 1000, 5000
"""A day, at most: records that say who played, and that come from where."""


def _may_check_proofs() -> dict[str, Node]:
    trees = [arn("ssm", f"parameter/${{Prefix}}/{tree}") for tree in ("proofs", "opponents")]
    return statement("CheckProofs", "ssm:GetParametersByPath", trees)


def _function(
    name: str, memory_mb: int, timeout_s: int, variables: Mapping[str, Node], *may: Node, **more: Node
) -> dict[str, Node]:
    return Function(
        name=f"${{Prefix}}-service-{name}",
        called=name,
        may=f"What the {name} may do",
        handler=f"infra.services.{name}.handler.handler",
        memory_mb=memory_mb,
        timeout_s=timeout_s,
        variables=variables,
        statements=may,
        **more,
    ).resources()


def _template(
    description: str,
    own: Mapping[str, Node],
    resources: Mapping[str, Node],
    *,
    outputs: Mapping[str, Node] | None = None,
    routed: bool = False,
) -> dict[str, Node]:
    """Return the template of a service; ``own`` are its parameters, ``routed`` says whether it has a route."""
    return template(
        f"Lambda Arcade, {description}",
        {
            **parameters.prefix(),
            **own,
            **parameters.artifact("function"),
            **parameters.python("runs the function"),
            **parameters.retention("the function's log is"),
            **parameters.release(),
            **(parameters.authorization("the route") if routed else {}),
        },
        resources,
        {**(outputs or {}), "FunctionArn": output("The function.", att("Function"))},
        {"AsksAuthorizer": equals("Authorization", "CUSTOM")} if routed else None,
    )


def _routed(route_id: str, method: str, path: str) -> dict[str, Node]:
    """Return the first route of a service, and what lets the API call it."""
    return {
        "Permission": permission("apigateway", _execute_api(f"*/{method}{path}")),
        "Integration": integration(ref("Live")),
        route_id: route(f"{method} {path}"),
    }


def _execute_api(what: str) -> Intrinsic:
    return arn("execute-api", f"${{ApiId}}/{what}")


def authorizer() -> dict[str, Node]:
    """Return the template of what lets callers in by a key."""
    properties = {
        "ApiId": ref("ApiId"),
        "Name": sub("${Prefix}-key"),
        "AuthorizerType": "REQUEST",
        "AuthorizerPayloadFormatVersion": "2.0",
        "EnableSimpleResponses": True,
        "IdentitySource": ["$request.header.x-api-key"],
        "AuthorizerResultTtlInSeconds": 300,
        "AuthorizerUri": sub(
            "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Live}/invocations"
        ),
    }
    return _template(
        "the key to the API: lets in who sends it in x-api-key.",
        {
            **parameters.platform_outputs("BucketName", "ApiId"),
            "KeySha256": parameters.text(
                "SHA-256 of the key, in hex. The key itself is nowhere in the cloud.", AllowedPattern="[0-9a-f]{64}"
            ),
        },
        {
            **_function("authorizer", 128, 5, {"KEY_SHA256": ref("KeySha256")}, live=CALLED_BY_API),
            "Permission": permission("apigateway", _execute_api("authorizers/*")),
            "Authorizer": resource("ApiGatewayV2::Authorizer", properties),
        },
        outputs={"AuthorizerId": output("The authorizer, for the routes that ask it.", ref("Authorizer"))},
    )


def catalog() -> dict[str, Node]:
    """Return the template of ``GET /opponents``."""
    variables = {
        "PREFIX": ref("Prefix"),
        "RATINGS_TABLE": ref("RatingsTable"),
        "CACHE_SECONDS": ref("CacheSeconds"),
        "API_BASE_URL": ref("ApiBaseUrl"),
        "PRICES": ref("Prices"),
    }
    function = _function(
        "catalog",
        512,
        10,
        variables,
        statement(
            "ReadEntries",
            "ssm:GetParametersByPath",
            [arn("ssm", f"parameter/${{Prefix}}/{tree}") for tree in ("opponents", "urls")],
        ),
        statement("SeeWhereLivePoints", "lambda:GetAlias", arn("lambda", "function:${Prefix}-*")),
        statement("ReadRatings", ["dynamodb:BatchGetItem", "dynamodb:Scan"], arn("dynamodb", "table/${RatingsTable}")),
        live=CALLED_BY_API,
    )
    return _template(
        "GET /opponents: what is deployed, in which versions, how strong, and where; GET /ratings.",
        {
            **parameters.platform_outputs("BucketName", "ApiId"),
            "ApiBaseUrl": parameters.text(
                "Where the HTTP API is called, for callers that did not come through a name of AWS's."
            ),
            "CacheSeconds": parameters.number(
                "How old an answer may be, so that many callers do not use up the account's quotas.",
                Default=5,
                MinValue=0,
                MaxValue=60,
            ),
            **parameters.platform_outputs("RatingsTable"),
            "Prices": parameters.text("Prices in the place of the built-in ones, as a JSON object.", Default=""),
        },
        {
            **function,
            **_routed("List", "GET", "/opponents"),
            "RatingsPermission": permission("apigateway", _execute_api("*/GET/ratings")),
            "Ratings": route("GET /ratings"),
        },
        routed=True,
    )


def site() -> dict[str, Node]:
    """Return the template of the site and of what its pages ask for.

    Its files are open to everybody: a browser that opens a link sends no key.  What they show asks as all routes do.
    """
    files = statement("ReadSite", "s3:GetObject", in_bucket("site/*"))
    ratings = statement("ReadRatings", "dynamodb:Scan", arn("dynamodb", "table/${RatingsTable}"))
    variables = {
        "BUCKET": ref("BucketName"),
        "RATINGS_TABLE": ref("RatingsTable"),
        "CACHE_SECONDS": ref("CacheSeconds"),
    }
    paths = {"Files": "/site/{proxy+}", "Frames": "/records/{match_id}/frames", "Leaderboard": "/leaderboard"}
    called = {
        f"{name}Permission": permission("apigateway", _execute_api(f"*/GET{_ANY_PART.sub('*', path)}"))
        for name, path in paths.items()
    }
    routes = {name: route(f"GET {path}", asks=name != "Files") for name, path in paths.items()}
    return _template(
        "the site: ladder, opponents, leaderboard, and replays of records.",
        {
            **parameters.platform_outputs("BucketName", "ApiId", "RatingsTable"),
            "CacheSeconds": parameters.number("How old the leaderboard may be.", Default=5, MinValue=0, MaxValue=60),
        },
        {
            **_function("site", 1024, 29, variables, files, may_read_records(), ratings, live=CALLED_BY_API),
            **called,
            "Integration": integration(ref("Live")),
            **routes,
        },
        routed=True,
    )


def recorder() -> dict[str, Node]:
    """Return the template of ``POST /records``."""
    variables = {
        "PREFIX": ref("Prefix"),
        "BUCKET": ref("BucketName"),
        "COUNTS_TABLE": ref("LocksTable"),
        "UPLOADS_OF_A_PLAYER": ref("UploadsOfAPlayer"),
        "UPLOADS_OF_AN_ADDRESS": ref("UploadsOfAnAddress"),
    }
    counts = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["uploads#*"]}}
    table = arn("dynamodb", "table/${LocksTable}")
    count = statement("CountUploads", "dynamodb:UpdateItem", table, Condition=counts)
    compare = statement("CompareWithStored", ["s3:GetObject", "s3:PutObject"], may_read_records()["Resource"])
    read = statement("ReadAnnotations", "s3:GetObject", in_bucket("annotations/*"))
    listed = {"StringLike": {"s3:prefix": "annotations/*"}}
    find = statement(
        "FindAnnotations", "s3:ListBucket", sub("arn:${AWS::Partition}:s3:::${BucketName}"), Condition=listed
    )
    return _template(
        "POST /records: stores a recorded game that the rules allow, once; GET /records/{id}/annotations.",
        {
            **parameters.platform_outputs("BucketName", "ApiId", "LocksTable"),
            "UploadsOfAPlayer": parameters.number(
                "Records a day of one player that are stored.", Default=UPLOADS_OF_A_PLAYER, MinValue=1
            ),
            "UploadsOfAnAddress": parameters.number(
                "Records a day from one address that are stored.", Default=UPLOADS_OF_AN_ADDRESS, MinValue=1
            ),
        },
        {
            **_function("recorder", 1024, 29, variables, compare, count, read, find, _may_check_proofs()),
            **_routed("Store", "POST", "/records"),
            "AnnotationsPermission": permission("apigateway", _execute_api("*/GET/records/*/annotations")),
            "Annotations": route("GET /records/{id}/annotations"),
        },
        routed=True,
    )


def rater() -> dict[str, Node]:
    """Return the template of what rates the players of new records."""
    variables = {"PREFIX": ref("Prefix"), "RATINGS_TABLE": ref("RatingsTable")}
    keep = statement(
        "KeepRatings",
        ["dynamodb:BatchGetItem", "dynamodb:PutItem", "dynamodb:Scan", "dynamodb:UpdateItem"],
        arn("dynamodb", "table/${RatingsTable}"),
    )
    may = (may_read_records(), may_give_up(), keep, _may_check_proofs())
    return _template(
        "counts every new record, once, and fits ratings to the counts.",
        parameters.platform_outputs("BucketName", "RatingsTable", "DeadLettersQueue", "NewRecordsTopic"),
        {
            **_function("rater", 512, 30, variables, *may),
            **told_of_new_records(),
        },
    )


def coach() -> dict[str, Node]:
    """Return the template of what lets opponents annotate new records."""
    calls = statement("CallOpponents", "lambda:InvokeFunction", arn("lambda", "function:${Prefix}-*"))
    return _template(
        "lets the opponents that played a new record annotate it.",
        parameters.platform_outputs("BucketName", "DeadLettersQueue", "NewRecordsTopic"),
        {
            **_function("coach", 512, 30, {"PREFIX": ref("Prefix")}, may_read_records(), may_give_up(), calls),
            **told_of_new_records(),
        },
    )


def guard() -> dict[str, Node]:
    """Return the template of what ends a canary."""
    move = statement("MoveLive", ["lambda:GetAlias", "lambda:UpdateAlias"], arn("lambda", "function:${Prefix}-*"))
    end = statement("EndAlarms", "cloudwatch:DeleteAlarms", arn("cloudwatch", "alarm:${Prefix}-*"))
    subscription = {"TopicArn": ref("CanaryAlarmsTopic"), "Protocol": "lambda", "Endpoint": ref("Live")}
    return _template(
        "ends a canary whose alarm goes off.",
        parameters.platform_outputs("BucketName", "CanaryAlarmsTopic", "DeadLettersQueue"),
        {
            **_function("guard", 256, 30, {"PREFIX": ref("Prefix")}, move, end, may_give_up()),
            "OnFailure": on_failure(retries=2),
            "Permission": permission("sns", ref("CanaryAlarmsTopic")),
            "Subscription": resource("SNS::Subscription", subscription),
        },
    )
