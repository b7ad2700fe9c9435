"""Feature columns have names, cards list them, and a model is not asked for columns that it did not learn."""

from __future__ import annotations

import json
import shutil
from itertools import groupby
from pathlib import Path

import pytest

import ai_functions
from ai_functions.policies.battleship.features import board_geometry, cell_rows
from ai_functions.policies.battleship.learned import FEATURES, Learned
from ai_functions.runtime.loader import load_opponent
from ai_functions.runtime.manifest import Manifest
from ai_functions.runtime.model import CARD, MODEL, ModelError, read_card, width
from games.battleship.fleet import STANDARD
from games.battleship.observation import ShootObservation
from training.card_features import main
from training.contracts import features_for

FOLDERS = sorted(path.parent for path in Path(ai_functions.__file__).parent.glob(f"*/{MODEL}"))
EASY = next(folder for folder in FOLDERS if folder.name == "battleship_easy")


def easy(folder: Path, features: list[str] | None) -> Path:
    """Return a copy of an opponent whose card lists ``features``."""
    copy = folder / EASY.name
    shutil.copytree(EASY, copy)
    card = {key: value for key, value in read_card(EASY).items() if key != "features"}
    listed = {} if features is None else {"features": features}
    (copy / CARD).write_text(json.dumps({**card, **listed}), encoding="utf-8")
    return copy


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_cards_list_the_columns_that_the_policy_computes(folder: Path) -> None:
    assert read_card(folder)["features"] == list(features_for(Manifest.load(folder)))
    load_opponent(folder)


def test_a_column_in_another_place_is_refused_where_it_differs_first(tmp_path: Path) -> None:
    features = list(FEATURES)
    features[3], features[4] = features[4], features[3]
    wanted = (
        r"model_card.json: features\[3\] is 'cell.hunting.longest_fits', and the policy computes 'cell.hunting.log_"
    )
    with pytest.raises(ModelError, match=wanted):
        load_opponent(easy(tmp_path, features))


@pytest.mark.parametrize(
    ("features", "wanted"),
    [
        (list(FEATURES[:-1]), rf"features\[{len(FEATURES) - 1}\] is nothing, and the policy computes 'race.likeliest'"),
        ([*FEATURES, "luck"], rf"features\[{len(FEATURES)}\] is 'luck', and the policy computes nothing"),
    ],
)
def test_fewer_and_more_columns_are_refused(tmp_path: Path, features: list[str], wanted: str) -> None:
    with pytest.raises(ModelError, match=wanted):
        Learned(easy(tmp_path, features))


def test_a_card_without_the_list_loads(tmp_path: Path) -> None:
    assert load_opponent(easy(tmp_path, None)).act is not None


def test_a_list_that_is_none_is_refused(tmp_path: Path) -> None:
    folder = easy(tmp_path, None)
    (folder / CARD).write_text(json.dumps({**read_card(folder), "features": "all"}), encoding="utf-8")
    with pytest.raises(ModelError, match="features is 'all'; wanted: a list"):
        Learned(folder)


def test_cards_of_older_models_are_brought_up_to_date(tmp_path: Path) -> None:
    folder = easy(tmp_path, None)
    main([str(folder)])
    assert (folder / CARD).read_bytes() == (EASY / CARD).read_bytes()
    main([str(folder)])
    assert (folder / CARD).read_bytes() == (EASY / CARD).read_bytes()


def test_rows_are_as_wide_as_their_names() -> None:
    assert width(("one", "many[760]", "two")) == 762
    cells = [name for name in FEATURES if name.startswith("cell.")]
    assert cell_rows(ShootObservation(STANDARD, ())).shape == (100, width(cells))


def test_ship_placements_keep_the_order_that_models_learned_them_in() -> None:
    """One name of the list stands for all of them: ship by ship, across before down, row by row."""
    every = board_geometry(STANDARD).placements
    keys = [(STANDARD.names.index(one.ship), one.vertical, one.cell.row, one.cell.column) for one in every]
    assert keys == sorted(keys)
    assert [len(list(group)) for _, group in groupby(keys, key=lambda key: key[0])] == [120, 140, 160, 160, 180]
