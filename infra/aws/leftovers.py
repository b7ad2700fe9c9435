"""What a stack leaves behind when it is deleted, on purpose: found and deleted one by one."""

from __future__ import annotations

from botocore.exceptions import ClientError

from infra.aws.session import Session, in_one_line

BATCH = 1000
"""Object versions that S3 deletes at a time."""
PARAMETERS_AT_A_TIME = 10


class Leftovers(Session):
    """What is done with what is left."""

    @in_one_line
    def has_bucket(self, bucket: str) -> bool:
        """Return whether ``bucket`` is there and ours."""
        try:
            self.client("s3").head_bucket(Bucket=bucket)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] in {403, 404}:
                return False
            raise
        return True

    @in_one_line
    def delete_bucket(self, bucket: str) -> int:
        """Delete a bucket with all that it holds, older versions too; return how many objects and versions went."""
        count = self.delete_objects(bucket, "")
        self.client("s3").delete_bucket(Bucket=bucket)
        return count

    @in_one_line
    def delete_objects(self, bucket: str, prefix: str) -> int:
        """Delete what begins with ``prefix``, older versions too; return how many objects and versions went."""
        client, count = self.client("s3"), 0
        for page in client.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix):
            entries = [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]
            found = [{"Key": item["Key"], "VersionId": item["VersionId"]} for item in entries]
            for first in range(0, len(found), BATCH):
                client.delete_objects(Bucket=bucket, Delete={"Objects": found[first : first + BATCH], "Quiet": True})
            count += len(found)
        return count

    @in_one_line
    def tables(self, prefix: str) -> list[str]:
        """Return the tables whose name starts with ``prefix``."""
        pages = self.client("dynamodb").get_paginator("list_tables").paginate()
        return [name for page in pages for name in page["TableNames"] if name.startswith(f"{prefix}-")]

    @in_one_line
    def delete_table(self, table: str) -> None:
        """Delete a table."""
        self.client("dynamodb").delete_table(TableName=table)

    @in_one_line
    def layer_versions(self, prefix: str) -> list[tuple[str, int]]:
        """Return name and version of the layers whose name starts with ``prefix``."""
        client = self.client("lambda")
        pages = client.get_paginator("list_layers").paginate()
        names = [item["LayerName"] for page in pages for item in page["Layers"]]
        return [
            (name, int(item["Version"]))
            for name in names
            if name.startswith(f"{prefix}-")
            for page in client.get_paginator("list_layer_versions").paginate(LayerName=name)
            for item in page["LayerVersions"]
        ]

    @in_one_line
    def delete_layer_version(self, name: str, version: int) -> None:
        """Delete one version of a layer."""
        self.client("lambda").delete_layer_version(LayerName=name, VersionNumber=version)

    @in_one_line
    def delete_log_group(self, group: str) -> None:
        """Delete a log group."""
        self.client("logs").delete_log_group(logGroupName=group)

    @in_one_line
    def delete_parameters(self, tree: str) -> int:
        """Delete the parameters under ``tree``; return how many there were."""
        client = self.client("ssm")
        pages = client.get_paginator("get_parameters_by_path").paginate(Path=tree, Recursive=True)
        names = [item["Name"] for page in pages for item in page["Parameters"]]
        for first in range(0, len(names), PARAMETERS_AT_A_TIME):
            client.delete_parameters(Names=names[first : first + PARAMETERS_AT_A_TIME])
        return len(names)
