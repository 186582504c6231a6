"""Recipes work without fit, and say why they are as they are."""

import numpy as np
import pytest

import cvret
from cvret.recipes import RECIPES, find_recipe


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_works_without_fit_and_gives_its_reason(name, tmp_path, coffee):
    recipe = find_recipe(name)
    assert recipe.reason
    assert set(recipe.weights) <= set(recipe.fields)
    index = cvret.Index.create(tmp_path / "one.cvret", name)
    assert index.search(coffee).ids == ()
    assert len(index) == 0


def test_an_unknown_recipe_lists_the_known_ones():
    with pytest.raises(cvret.UnknownNameError, match="there are copies, objects, obj"):
        find_recipe("everything")


def test_a_picture_alone_in_an_index_is_found(tmp_path, photos):
    index = cvret.Index.create(tmp_path / "one.cvret")
    index.add(photos / "photos" / "coffee.png")
    other = np.zeros((64, 64, 3), np.uint8)
    assert index.search(photos / "photos/coffee.png")[0].score == 1.0
    assert index.search(other)[0].score == 0.0
