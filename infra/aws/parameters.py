"""The parameter store: what few may read, and costs nothing."""

from __future__ import annotations

from contextlib import suppress

from infra.aws.session import Session, in_one_line


class Parameters(Session):
    """What is done with parameters."""

    @in_one_line
    def parameters(self, tree: str) -> dict[str, str]:
        """Return the parameters under ``tree``, decrypted, by the last part of their names."""
        pages = self.client("ssm").get_paginator("get_parameters_by_path").paginate(Path=tree, WithDecryption=True)
        return {item["Name"].rpartition("/")[2]: item["Value"] for page in pages for item in page["Parameters"]}

    @in_one_line
    def put_secret_once(self, name: str, value: str) -> None:
        """Store a secret under ``name``, unless there is one already."""
        client = self.client("ssm")
        with suppress(client.exceptions.ParameterAlreadyExists):
            client.put_parameter(Name=name, Value=value, Type="SecureString", Overwrite=False)
