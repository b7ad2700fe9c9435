"""How hosted CI deploys without a stored key: a role that one environment of one repository may take on by OIDC.

What it may do is docs/deployer-policy.json, less what only ``cloud destroy`` needs.  Its name and its stack's must not
begin as those of the arcade do: whatever may change those could give itself more.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from infra.templates import parameters
from infra.templates.answers import OF_WHO_DEPLOYS, passed_over
from infra.templates.intrinsics import Node, att, equals, if_, ref, sub
from infra.templates.parts import output, policy_document, resource, tags, template

POLICY = Path(__file__).parents[2] / "docs" / "deployer-policy.json"
ISSUER = "token.actions.githubusercontent.com"
NEEDED_BY_DESTROY = frozenset({"Destroy"})
DESCRIPTION = (
    "Lambda Arcade, deployment from GitHub Actions by OIDC, without a stored key: a role that jobs of one environment"
    " of one repository may take on. Give the stack a name that does not begin as those of the arcade do."
)


def ci() -> dict[str, Node]:
    """Return the template."""
    text = parameters.text
    provider = {"Url": f"https://{ISSUER}", "ClientIdList": ["sts.amazonaws.com"], "Tags": tags()}
    federated = if_("MakesProvider", ref("Provider"), ref("ProviderArn"))
    trust = {
        "Effect": "Allow",
        "Principal": {"Federated": federated},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {
            "StringEquals": {
                f"{ISSUER}:aud": "sts.amazonaws.com",
                f"{ISSUER}:sub": sub("repo:${Repository}:environment:${Environment}"),
            }
        },
    }
    role = {
        "RoleName": sub("deploys-${Prefix}"),
        "Description": sub("What jobs of ${Repository} in ${Environment} deploy with"),
        "MaxSessionDuration": 3600,
        "AssumeRolePolicyDocument": policy_document(trust),
        "Policies": [{"PolicyName": "deploy", "PolicyDocument": policy_document(*_may_deploy())}],
        "Tags": tags(),
    }
    return template(
        DESCRIPTION,
        {
            **parameters.prefix(),
            "Repository": text(
                "The repository whose jobs may deploy.", AllowedPattern="[A-Za-z0-9._-]+/[A-Za-z0-9._-]+"
            ),
            "Environment": text(
                "The environment that the job must run in; protect it in the repository's settings.",
                Default="aws",
                AllowedPattern="[A-Za-z0-9._-]+",
            ),
            "ProviderArn": text(
                f"ARN of the account's OIDC provider for {ISSUER}; empty makes one. An account has one at most.",
                Default="",
            ),
        },
        {
            "Provider": resource("IAM::OIDCProvider", provider, Condition="MakesProvider"),
            "Role": resource("IAM::Role", role, Metadata=passed_over(OF_WHO_DEPLOYS)),
        },
        {"RoleArn": output("The role, for the repository's variable AWS_ROLE_ARN.", att("Role"))},
        {"MakesProvider": equals("ProviderArn", "")},
    )


def _may_deploy() -> list[Node]:
    """Return the statements of the deployer's policy, for whichever prefix and partition."""
    found: list[dict[str, Any]] = json.loads(POLICY.read_text(encoding="utf-8"))["Statement"]
    return [{**item, "Resource": _anywhere(item["Resource"])} for item in found if item["Sid"] not in NEEDED_BY_DESTROY]


def _anywhere(resource_: str | list[str]) -> Node:
    if isinstance(resource_, list):
        return [_anywhere(one) for one in resource_]
    if resource_ == "*":
        return resource_
    here = resource_.replace("arn:aws:", "arn:${AWS::Partition}:").replace("lambda-arcade", "${Prefix}")
    return sub(here)
