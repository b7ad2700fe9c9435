"""What checkov finds in these templates and we leave, with the reason: in the template itself, where it is read.

``checkov --framework cloudformation -d infra`` finds nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

ANSWERS: Mapping[str, Mapping[str, str]] = {
    "Lambda::Function": {
        "CKV_AWS_115": "A limit takes its share from all others; an opponent has one where opponent.toml asks for it.",
        "CKV_AWS_116": "What is called by events hands those it fails at to the dead-letter queue; nobody else is.",
        "CKV_AWS_117": "It reaches AWS's own services alone; a way out of a VPC costs 32 $ a month.",
        "CKV_AWS_173": "Encrypted with a key of AWS's own; one of ours costs 1 $ a month.",
    },
    "DynamoDB::Table": {"CKV_AWS_119": "Encrypted with a key of AWS's own; one of ours costs 1 $ a month."},
    "Logs::LogGroup": {"CKV_AWS_158": "Encrypted with a key of AWS's own; one of ours costs 1 $ a month."},
    "SQS::Queue": {"CKV_AWS_27": "Encrypted with SQS's own keys, for nothing."},
    "SNS::Topic": {"CKV_AWS_26": "It keeps nothing and tells names alone; S3 and alarms may use no key of AWS's own."},
    "S3::Bucket": {
        "CKV_AWS_18": "Closed to the public and to plain HTTP; a log of its readers would cost more than it."
    },
}
"""Kind of resource -> finding -> why it is left."""


OF_WHO_DEPLOYS: Mapping[str, str] = {
    "CKV_AWS_111": "AWS knows no resources for deliveries of access logs; all else is held to the arcade's names."
}
"""Of the role of hosted CI alone."""


def left(kind: str) -> dict[str, object]:
    """Return the metadata by which checkov passes over what is left of a resource of ``AWS::<kind>``."""
    answers = ANSWERS.get(kind)
    return {"Metadata": passed_over(answers)} if answers else {}


def passed_over(answers: Mapping[str, str]) -> dict[str, object]:
    """Return the metadata by which checkov passes over the findings in ``answers``."""
    return {"checkov": {"skip": [{"id": finding, "comment": why} for finding, why in answers.items()]}}
