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


@pytest.fixture(scope="module")
def scenes(tmp_path_factory, photos) -> cvret.Index:
    index = cvret.Index.create(tmp_path_factory.mktemp("i") / "s.cvret", "scenes")
    index.add(photos)
    return index


def test_scenes_find_a_picture_and_its_turned_copy(scenes, photos):
    query = photos / "photos" / "coffee.png"
    for rerank in (None, []):
        found = scenes.search(query, rerank=rerank)
        assert found.ids[:2] == ("photos/coffee.png", "copies/coffee-turned.png")
    assert found[0].score == 1
    again = cvret.Index.open(scenes.path)
    assert again.search(query).scores.tolist() == scenes.search(query).scores.tolist()


def test_scenes_say_what_they_were_learned_on_and_how_they_fuse(scenes):
    info = scenes.info()
    assert info["fusion"] == "standardized"
    for name in ("edges", "local_color"):
        source = info["fields"][name]["learned_source"]
        assert "Debian" in source["learned on"]
    assert scenes.doctor().vocabularies == ()
    assert set(scenes.doctor().others) == set(scenes.fields)


def test_scenes_explain_how_much_each_field_counts(scenes, photos):
    query, result = photos / "photos" / "coffee.png", "photos/rocket.jpg"
    why = scenes.explain(query, result)
    assert set(why.shares) == set(why.scores) == set(scenes.fields)
    assert sum(why.shares.values()) == pytest.approx(1)
    found = scenes.search(query, rerank=[])
    summed = sum(why.shares[name] * why.scores[name] for name in scenes.fields)
    assert found.scores[found.ids.index(result)] == pytest.approx(summed)
    assert f"  layout: {why.scores['layout']:.4f}, counts " in str(why)
    assert why.to_dict()["shares"] == why.shares
    alone = scenes.explain(query, result, by="layout")
    assert alone.shares == {"layout": 1}
    assert "counts" not in str(alone)


def test_geometry_is_refused_for_scenes_with_what_to_do(scenes, photos):
    with pytest.raises(ValueError, match="use an encoder such as BagOfWords"):
        scenes.search(photos / "photos" / "coffee.png", verified_only=True)


def test_textures_find_the_other_half_of_a_surface(tmp_path):
    from pathlib import Path

    import skimage
    from PIL import Image

    for name in ("brick", "grass", "gravel"):
        file = Path(skimage.__file__).parent / "data" / f"{name}.png"
        image = cvret.read_image(file)
        for side, half in (("left", image[:, :256]), ("right", image[:, 256:])):
            Image.fromarray(half).save(tmp_path / f"{name}-{side}.png")
    index = cvret.Index.create(tmp_path / "t.cvret", "textures")
    index.add(tmp_path)
    for name in ("brick", "grass", "gravel"):
        found = index.search(tmp_path / f"{name}-left.png")
        assert found.ids[:2] == (f"{name}-left.png", f"{name}-right.png")


def test_an_unknown_recipe_lists_the_known_ones():
    with pytest.raises(cvret.UnknownNameError, match="there are copies, objects, obj"):
        find_recipe("everything")


def test_a_picture_alone_in_an_index_is_found(tmp_path, photos):
    index = cvret.Index.create(tmp_path / "one.cvret")
    index.add(photos / "photos" / "coffee.png")
    other = np.zeros((64, 64, 3), np.uint8)
    assert index.search(photos / "photos/coffee.png")[0].score == 1.0
    assert index.search(other)[0].score == 0.0
