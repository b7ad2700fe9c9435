"""DynamoDB: locks, one item a name in the platform's table, taken with a condition."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from infra.aws.session import Session, in_one_line

if TYPE_CHECKING:
    from collections.abc import Mapping

APART_S = 900
"""How far two machines' clocks may be apart: AWS refuses signatures that are older."""


class Locks(Session):
    """What is done with locks."""

    @in_one_line
    def take(self, table: str, name: str, holder: Mapping[str, str], *, seconds: int) -> Mapping[str, str] | None:
        """Take the lock ``name``, or return who holds it.  All who take it do so for as many ``seconds``.

        One that lasts longer was taken by a clock that has been set back since, and counts for nothing.
        """
        client = self.client("dynamodb")
        now = int(time.time())
        item = {key: {"S": value} for key, value in holder.items()}
        try:
            client.put_item(
                TableName=table,
                Item={**item, "id": {"S": name}, "expires": {"N": str(now + seconds)}},
                ConditionExpression="attribute_not_exists(id) OR expires < :now OR expires > :never",
                ExpressionAttributeValues={":now": {"N": str(now)}, ":never": {"N": str(now + seconds + APART_S)}},
            )
        except client.exceptions.ConditionalCheckFailedException:
            found = client.get_item(TableName=table, Key={"id": {"S": name}}, ConsistentRead=True).get("Item", {})
            return {key: next(iter(value.values())) for key, value in found.items()}
        return None

    @in_one_line
    def release(self, table: str, name: str, token: str) -> None:
        """Give the lock ``name`` back, if it is still held with ``token``."""
        client = self.client("dynamodb")
        try:
            client.delete_item(
                TableName=table, Key={"id": {"S": name}}, ConditionExpression="#token = :token",
                ExpressionAttributeNames={"#token": "token"}, ExpressionAttributeValues={":token": {"S": token}},
            )  # fmt: skip
        except client.exceptions.ConditionalCheckFailedException:
            return  # it ran out and someone else holds it now
