"""The doctor on indexes: real pictures, noise, nothing at all."""

import json
import shutil

import numpy as np
import pytest
from PIL import Image

import cvret


@pytest.fixture(scope="module")
def noise_folder(tmp_path_factory):
    """Sixty pictures of noise, each with some keypoints."""
    folder = tmp_path_factory.mktemp("noise")
    for number in range(60):
        rng = np.random.default_rng(number)
        pixels = rng.integers(0, 256, (96, 96, 3), np.uint8)
        Image.fromarray(pixels).save(folder / f"{number}.png")
    return folder


def test_the_shipped_words_suit_photographs_and_not_noise(
    photo_index, noise_folder, tmp_path
):
    (real,) = photo_index.doctor().vocabularies
    assert real.suits
    assert real.n_sampled == real.n_images == 5
    assert real.unexplained < 0.5
    index = cvret.Index.create(tmp_path / "noise.cvret")
    index.add(noise_folder)
    report = index.doctor()
    assert report.suits is False
    (noise,) = report.vocabularies
    assert noise.unexplained > 1.3 * real.unexplained
    assert noise.imbalance > 8
    assert "learned on other kinds of pictures" in noise.verdict
    assert "imbalance factor" in noise.verdict


def test_counts_are_those_of_the_index(photo_index):
    (report,) = photo_index.doctor(by="words").vocabularies
    bag = photo_index._state.fields["words"].part
    files = [photo_index.file_of(id_) for id_ in photo_index.ids]
    words = bag.transform(files).toarray()
    assert report.n_features == words.sum()
    assert report.empty_words == (words.sum(axis=0) == 0).sum()
    assert report.median_features == np.median(words.sum(axis=1))
    # Of five images every word that occurs is in more than 10 %.
    assert report.stop_words == (words.sum(axis=0) > 0).sum()
    assert report.stop_share == 1
    shares = words.sum(axis=0) / words.sum()
    assert report.imbalance == pytest.approx(len(shares) * (shares**2).sum())


@pytest.fixture
def fitted(tmp_path, photos):
    """An empty index whose words were learned on three of the photographs."""
    for name in ("astronaut.png", "chelsea.png", "coffee.png"):
        (tmp_path / "learned").mkdir(exist_ok=True)
        shutil.copy(photos / "photos" / name, tmp_path / "learned" / name)
    fields = {"words": cvret.BagOfWords(cvret.SIFT(), n_words=100)}
    index = cvret.Index.create(tmp_path / "i.cvret", fields=fields)
    index.fit(tmp_path / "learned")
    return index


def test_the_share_that_was_learned_on_is_known(fitted, photos):
    fitted.add(photos)  # five pictures, of which it has seen three
    (report,) = fitted.doctor().vocabularies
    assert report.seen == 3 / 5
    assert report.seen_among == 5
    assert report.unexplained_of_learned == pytest.approx(report.unexplained, rel=0.2)


def test_a_vocabulary_can_be_tried_on_a_folder_before_adding(
    fitted, photos, noise_folder
):
    (own,) = fitted.doctor(photos / "photos").vocabularies
    assert own.suits
    assert not own.in_index
    assert own.n_images == 4
    assert own.seen == 3 / 4
    (noise,) = fitted.doctor(noise_folder, max_images=50).vocabularies
    assert noise.n_images == noise.n_sampled == 50
    assert noise.suits is False
    assert f"against {own.unexplained_of_learned:.2f} where they" in noise.verdict
    assert len(fitted) == 0


def test_an_empty_index_cannot_be_told(fitted):
    report = fitted.doctor()
    assert report.suits is None
    assert report.vocabularies[0].n_images == 0
    assert "cannot be told from 0 images" in str(report)


def test_files_that_are_gone_leave_the_counts(fitted, photos, tmp_path):
    shutil.copytree(photos, tmp_path / "gone")
    fitted.add(tmp_path / "gone")
    before = fitted.doctor().vocabularies[0]
    shutil.rmtree(tmp_path / "gone")
    after = fitted.doctor().vocabularies[0]
    assert after.n_sampled == 0
    assert after.unexplained is None
    assert after.imbalance == before.imbalance
    assert after.suits is None


def test_removed_images_are_not_counted(fitted, photos):
    fitted.add(photos)
    fitted.remove([id_ for id_ in fitted.ids if "coffee" in id_])
    (report,) = fitted.doctor().vocabularies
    assert report.n_images == 3
    assert report.seen == 2 / 3


def test_an_image_without_keypoints_has_few_features(fitted, tmp_path):
    for number in range(4):
        path = tmp_path / "plain" / f"{number}.png"
        path.parent.mkdir(exist_ok=True)
        Image.new("RGB", (40, 40), (number, 9, 9)).save(path)
    fitted.add(tmp_path / "plain")
    (report,) = fitted.doctor().vocabularies
    assert report.median_features == 0
    assert report.few_features == 1
    assert report.imbalance is None
    assert report.unexplained is None
    assert "100% of the images have fewer than 20 features" in report.verdict


def test_fields_without_a_vocabulary_say_so(tmp_path):
    fields = {
        "color": cvret.HSVHistogram(),
        "words": cvret.BagOfWords(cvret.SIFT(), n_words=10),
    }
    index = cvret.Index.create(tmp_path / "i.cvret", fields=fields)
    report = index.doctor()
    assert report.vocabularies == ()
    assert report.suits is None
    assert "field color: one vector an image; it needs no vocabulary" in str(report)
    assert "field words: no vocabulary yet; learn one with fit" in str(report)
    with pytest.raises(cvret.UnknownNameError, match="no field is named 'other'"):
        index.doctor(by="other")


def test_a_picture_that_cannot_be_read_is_told(fitted, photos, tmp_path):
    shutil.copytree(photos, tmp_path / "mixed")
    (tmp_path / "mixed" / "broken.png").write_bytes(b"no picture")
    report = fitted.doctor(tmp_path / "mixed")
    assert report.vocabularies[0].n_sampled == 5
    assert [name for name, _ in report.unreadable] == ["broken.png"]
    assert "1 could not be read" in str(report)


def test_a_report_is_ready_for_json(photo_index):
    report = photo_index.doctor()
    known = json.loads(json.dumps(report.to_dict()))
    assert known["suits"] is True
    assert known["vocabularies"][0]["field"] == "words"
    assert known["vocabularies"][0]["verdict"] == report.vocabularies[0].verdict
    assert known["vocabularies"][0]["seen"] is None


def test_the_sample_and_the_threads_are_checked(photo_index):
    with pytest.raises(ValueError, match="max_images must be at least 1, got 0"):
        photo_index.doctor(max_images=0)
    with pytest.raises(ValueError, match="n_jobs must not be 0"):
        photo_index.doctor(n_jobs=0)
