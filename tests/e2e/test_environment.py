"""Commands stay on this machine, whatever the shell is set up for; what leaves it is asked for and said."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.e2e.conftest import Program
from tests.trap import trap

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.trap import Trap

FIRST_FREE = Path(__file__).parents[1] / "opponents" / "first_free"
KEYS = {"AWS_ACCESS_KEY_ID": "AKIAELSEWHERE", "AWS_SECRET_ACCESS_KEY": "other work"}  # pragma: allowlist secret


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[Trap]:
    with trap() as server:
        yield server


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    home = tmp_path_factory.mktemp("home of another shell")
    yield home
    Program(home).run("cloud", "down")


def everything(url: str, folder: Path) -> dict[str, str]:
    """Return what a school, an office and three other projects may have set, all of it wrong for this one."""
    broken = folder / "broken"
    broken.write_text("[[[ no profile\n=")
    proxies = {name: url for word in ("http_proxy", "https_proxy", "all_proxy") for name in (word, word.upper())}
    services = ("S3", "LAMBDA", "CLOUDFORMATION", "DYNAMODB", "STS")
    return {
        **proxies,
        **{f"AWS_ENDPOINT_URL_{service}": url for service in services},
        **KEYS,
        "AWS_SESSION_TOKEN": "other work",
        "AWS_ENDPOINT_URL": url,
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_PROFILE": "no-such-profile",
        "AWS_CONFIG_FILE": str(broken),
        "AWS_SHARED_CREDENTIALS_FILE": str(broken),
        "AWS_CA_BUNDLE": str(folder / "nowhere.pem"),
        "REQUESTS_CA_BUNDLE": str(folder / "nowhere.pem"),
        "AWS_USE_FIPS_ENDPOINT": "true",
        "AWS_MAX_ATTEMPTS": "many",
        "AWS_DEFAULTS_MODE": "no such mode",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def test_with_everything_set_a_fresh_home_deploys_plays_shows_and_deletes(
    home: Path, elsewhere: Trap, tmp_path: Path
) -> None:
    program = Program(home, **everything(elsewhere.url, tmp_path))
    program.run("deploy", FIRST_FREE)
    assert [item["name"] for item in program.json("opponents")] == ["first_free"]
    played = program.json("match", "battleship", "first_free", "random", "--games", "2")
    assert (played["games"], played["excluded"], played["uploaded"]) == (2, 0, 2)
    assert "first_free" in {item["name"] for item in program.json("cloud", "status")}
    assert program.json("bench", "latency", "first_free", "--calls", "5")[0]["invoke"]["n"] == 5
    program.run("delete", "first_free", "--yes")
    assert program.json("opponents") == []
    assert elsewhere.heard == []


@pytest.mark.parametrize(
    "names",
    [
        ("AWS_REGION", *KEYS),
        ("AWS_PROFILE",),
        ("AWS_ENDPOINT_URL",),
        ("HTTP_PROXY",),
        ("all_proxy",),
        ("http_proxy", "https_proxy"),
    ],
    ids=lambda names: names[0],
)
def test_one_variable_alone_chooses_nothing(
    home: Path, elsewhere: Trap, tmp_path: Path, names: tuple[str, ...]
) -> None:
    variables = everything(elsewhere.url, tmp_path)
    Program(home, **{name: variables[name] for name in names}, NO_PROXY="example.org").run("cloud", "status")
    assert elsewhere.heard == []


def test_what_leaves_this_machine_was_asked_for_and_is_said_first(tmp_path: Path) -> None:
    with trap() as other:
        sdk = Program(tmp_path, **KEYS, AWS_REGION="eu-west-1", AWS_ENDPOINT_URL=other.url)
        said = sdk.run("--aws", "opponents", status=2).stderr.splitlines()
        assert said[0] == f"this goes to {other.url}, region eu-west-1, with the SDK's own credentials"
        assert len(other.heard) == 1
        said = Program(tmp_path, AWS_REGION="eu-west-1").run("--endpoint", other.url, "opponents", status=2).stderr
        assert said.splitlines()[0] == f"this goes to {other.url}"
        assert len(other.heard) == 2
    said = Program(tmp_path).run("--region", "eu-west-1", "opponents", status=2).stderr
    assert "--region goes with --profile, --aws or --endpoint" in said
