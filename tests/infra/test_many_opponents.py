"""More opponents than an API has routes for: who gets none, how those are called, and what many of them cost."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import requests
from clouds import EXAMPLE, move_request

from infra.build.packaging import PackagingError
from infra.core.names import Names
from infra.core.state import Stack
from infra.deploy.auth import IAM, KEY, NOBODY_ASKED
from infra.deploy.deploy import delete_opponent, deploy_opponents
from infra.deploy.opponents import MOST_ROUTED, beyond_routes, called_by
from infra.load.many import deploy_many
from infra.templates.__main__ import written
from infra.templates.opponent import opponent

if TYPE_CHECKING:
    from infra.environment.environment import Environment

NAMES = Names()
ROUTES_OF_AN_API = 300


def copy(folder: Path, name: str, title: str = "One") -> Path:
    made = Path(shutil.copytree(EXAMPLE, folder / f"{name}-{title}"))
    text = (made / "opponent.toml").read_text().replace("first_free", name).replace("First Free", title)
    (made / "opponent.toml").write_text(text)
    return made


def stack(name: str, **parameters: str) -> tuple[str, Stack]:
    return NAMES.opponent(name), Stack(NAMES.opponent(name), "CREATE_COMPLETE", parameters, {}, {})


def test_so_many_opponents_fit_into_one_api_with_all_that_the_platform_has():
    shared = sum(
        text.count("AWS::ApiGatewayV2::Route\n") for path, text in written().items() if path.stem != "opponent"
    )
    of_one = sum(item["Type"] == "AWS::ApiGatewayV2::Route" for item in opponent()["Resources"].values())
    assert (shared, of_one) == (7, 5)
    assert MOST_ROUTED * of_one + shared <= ROUTES_OF_AN_API < (MOST_ROUTED + 1) * of_one + shared


def test_the_last_that_come_have_no_routes(tmp_path: Path):
    folders = [copy(tmp_path, name) for name in ("alpha", "beta", "gamma")]
    full = dict(stack(f"old_{number}") for number in range(MOST_ROUTED - 1))
    assert beyond_routes(folders, {}, NAMES) == frozenset()
    assert beyond_routes(folders, full, NAMES) == {"beta", "gamma"}
    assert beyond_routes(folders, full | dict([stack("beta")]), NAMES) == {"alpha", "gamma"}, "beta has its routes"
    without = dict([stack("old_0", Routes="no")])
    assert beyond_routes(folders, full | without, NAMES) == {"gamma"}


def test_who_has_no_routes_has_a_url_as_open_as_the_api():
    assert called_by(None, None, NOBODY_ASKED, routed=True) == {"Routes": "yes", "FunctionUrl": "none"}
    assert called_by(None, None, NOBODY_ASKED, routed=False) == {"Routes": "no", "FunctionUrl": "public"}
    assert called_by(None, None, IAM, routed=False) == {"Routes": "no", "FunctionUrl": "iam"}
    there = stack("x", Routes="no", FunctionUrl="iam")[1]
    assert called_by(None, there, NOBODY_ASKED, routed=True) == {"Routes": "no", "FunctionUrl": "iam"}, "it stays so"
    with pytest.raises(PackagingError, match="a URL asks for no key"):
        called_by(None, None, KEY, routed=False)
    with pytest.raises(PackagingError, match="no way to it at all"):
        called_by("none", there, NOBODY_ASKED, routed=False)


def test_an_opponent_without_routes_is_listed_by_its_url_and_keeps_versions_apart(
    environment: Environment, tmp_path: Path
):
    unrouted = replace(environment, settings=(("Routes", "no"), ("FunctionUrl", "public")))

    def deploy(title: str) -> dict:
        (done,) = deploy_opponents(unrouted, [copy(tmp_path, "by_url", title)], lambda *_: None)
        assert done.problem == ""
        listed = requests.get(f"{environment.api}/opponents", timeout=60).json()
        return next(item for item in listed if item["name"] == "by_url")

    entry = deploy("One")
    assert "/_aws/lambda-url/" in entry["endpoint"]
    move = requests.post(f"{entry['endpoint']}/move", json=move_request("by-url"), timeout=60)
    assert move.json()["model"]["version"] == "1"
    pinned = entry["pinned"]["1"]
    entry = deploy("Two")
    assert "url" not in entry, "the endpoint says it"
    ssm, where = environment.cloud.client("ssm"), f"/{environment.names.prefix}/opponents/by_url"
    told = json.loads(ssm.get_parameter(Name=where)["Parameter"]["Value"])
    assert "lambda-url" in told.pop("url")
    ssm.put_parameter(
        Name=where, Value=json.dumps(told), Type="String", Overwrite=True
    )  # as an earlier version wrote it
    listed = requests.get(f"{environment.api}/opponents", timeout=60).json()
    assert next(item["endpoint"] for item in listed if item["name"] == "by_url") == entry["endpoint"]
    assert requests.get(entry["endpoint"], timeout=60).json()["version"] == "2"
    assert requests.get(pinned, timeout=60).json()["version"] == "1"
    move = requests.post(f"{pinned}/move", json=move_request("by-url"), timeout=60)
    assert move.json()["model"]["version"] == "1", "a match ends with the version that it began with"
    gone = requests.get(f"{entry['endpoint']}/99", timeout=60)
    assert (gone.status_code, gone.json()["title"]) == (404, "No such version")
    assert requests.get(f"{environment.api}/opponents/by_url", timeout=60).status_code == 404, "it has no route"
    delete_opponent(environment, "by_url")


def test_copies_are_deployed_listed_and_priced(environment: Environment, tmp_path: Path):
    told: list[str] = []
    steps = list(deploy_many(environment, EXAMPLE, [1, 3], tmp_path, 1, told.append))
    assert [step.opponents for step in steps] == [1, 3]
    assert steps[1].list_kb > steps[0].list_kb > 0
    assert steps[1].keep_usd == pytest.approx(3 * steps[0].keep_usd, rel=0.01)
    assert len(told) == 2
    names = [f"first_free_{number:05}" for number in range(3)]
    listed = {item["name"] for item in json.loads(requests.get(f"{environment.api}/opponents", timeout=60).text)}
    assert set(names) <= listed
    for name in names:
        delete_opponent(environment, name)
