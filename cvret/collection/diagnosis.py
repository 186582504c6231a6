"""What figures say of a vocabulary: whether it suits a collection, and what to do."""

from dataclasses import asdict, dataclass
from math import ceil
from typing import Any

__all__ = ["VocabularyReport"]

FEWEST_IMAGES = 50
FEW_FEATURES_SHARE = 0.25
HIGHEST_IMBALANCE = 8.0
HIGHEST_STOP_SHARE = 0.5
HIGHEST_UNEXPLAINED = 0.5
HIGHEST_RATIO = 1.25
MOST_READ = 10**8


@dataclass(frozen=True)
class VocabularyReport:
    """How the vocabulary of one field suits the images.

    Attributes
    ----------
    field : str
        Its name.
    binary : bool
        Whether its words are of bit strings.
    n_words, n_images, n_features : int
        Words of the vocabulary; images, and features in them, that were counted.
    in_index : bool
        Whether these are the images of the index; if it has none, they are those of
        the folder that were looked at.
    empty_words : int
        Words that occur in no image.
    imbalance : float or None
        Imbalance factor, ``k * sum(p**2)``; 1 is ideal. None without features.
    stop_words : int
        Words that occur in more than 10 % of the images.
    stop_share : float or None
        Share of the features that are in these words.
    median_features : float or None
        Features of an image; the median. Merged features (`merge_within`) count once.
    few_features : float or None
        Share of the images with fewer than 20 features.
    n_sampled : int
        Pictures whose descriptors were extracted and compared with their words.
    unexplained : float or None
        Mean squared distance of these descriptors to their words over their variance;
        None where no picture was at hand.
    unexplained_of_learned : float or None
        The same of what the vocabulary was learned on, where it is known.
    seen : float or None
        Share of the images whose very files the vocabulary was learned on; None where
        it is not known.
    seen_among : int
        Images that this share was counted on.

    Notes
    -----
    `verdict` finds fault with

    - fewer than 20 features in over 25 % of the images: geometry needs about 10 that
      agree to be sure, and of a picture seen again half are lost;
    - an unexplained share over 1.25 times that of what was learned (other pictures of
      the same kind make it 1.05 times with 60 descriptors learned a word, 1.16 times
      with 15), or, where that is not known and words are of numbers, over 0.5 (those
      that ship with cvret leave about 0.4 of photographs and 0.7 of noise);
    - an imbalance factor over 8: searches then read 8 times the postings that they
      would with words that are used equally, and words that are used by chance tell
      pictures apart badly (of the shipped words photographs make it about 2);
    - over half of the features in stop words: such words hardly tell images apart
      (of the shipped words photographs have at most a fifth there);
    - more than 100 million postings read by a query's nearest words, which one core
      does in about 0.2 s: too few words for so many images.

    Words are judged from 50 images on; with fewer most of them are rare by chance.
    """

    field: str
    binary: bool
    n_words: int
    n_images: int
    n_features: int
    in_index: bool
    empty_words: int
    imbalance: float | None
    stop_words: int
    stop_share: float | None
    median_features: float | None
    few_features: float | None
    n_sampled: int
    unexplained: float | None
    unexplained_of_learned: float | None
    seen: float | None
    seen_among: int

    @property
    def empty_share(self) -> float:
        """Share of the words that occur in no image."""
        return self.empty_words / self.n_words

    @property
    def postings_read(self) -> float | None:
        """Postings that the nearest words of an average image of these lead to."""
        if self.imbalance is None:
            return None
        return self.imbalance * self.n_features**2 / (self.n_images * self.n_words)

    @property
    def faults(self) -> tuple[str, ...]:
        """What is wrong, each with what to do."""
        found = [self._few_features(), self._foreign(), *self._spread(), self._slow()]
        return tuple(fault for fault in found if fault)

    @property
    def suits(self) -> bool | None:
        """Whether nothing is wrong; None if there is too little to tell by."""
        if self.faults:
            return False
        known = self.n_images >= FEWEST_IMAGES or self.unexplained is not None
        return True if known and self.n_images else None

    @property
    def verdict(self) -> str:
        """Whether the vocabulary suits the images, and what to do."""
        if self.faults:
            return "does not suit: " + "; ".join(self.faults)
        if self.suits is None:
            return (
                f"cannot be told from {self.n_images:,} images; add at least "
                f"{FEWEST_IMAGES}, or name a folder of pictures like those to come"
            )
        if self.n_images < FEWEST_IMAGES:
            return (
                "suits as far as descriptors tell; how its words are spread can be "
                f"told from {FEWEST_IMAGES} images on"
            )
        return "suits: nothing to do"

    def to_dict(self) -> dict[str, Any]:
        """Give plain Python values, ready for JSON."""
        return asdict(self) | {
            "empty_share": self.empty_share,
            "postings_read": self.postings_read,
            "suits": self.suits,
            "verdict": self.verdict,
        }

    def __str__(self) -> str:
        counted = "images" if self.in_index else "pictures of the folder"
        lines = [
            f"field {self.field}: {self.verdict}",
            f"  {self.n_words:,} words, {self.n_images:,} {counted}",
            f"  empty words: {self.empty_words:,} ({self.empty_share:.1%})",
            f"  imbalance factor: {_shown(self.imbalance, '.2f')}",
            f"  stop words: {self.stop_words:,}, with "
            f"{_shown(self.stop_share, '.1%')} of the features",
            f"  features of an image: {_shown(self.median_features, ',.0f')} (median), "
            f"fewer than 20 in {_shown(self.few_features, '.1%')} of the images",
            f"  unexplained by the words: {_shown(self.unexplained, '.3f')} on "
            f"{self.n_sampled:,} pictures, "
            f"{_shown(self.unexplained_of_learned, '.3f')} where it was learned",
            f"  learned on these very files: {_shown(self.seen, '.0%')}"
            + (f" (told by {self.seen_among:,})" if self.seen_among else ""),
        ]
        return "\n".join(lines)

    def _few_features(self) -> str | None:
        share = self.few_features
        if share is None or share <= FEW_FEATURES_SHARE:
            return None
        return (
            f"{share:.0%} of the images have fewer than 20 features, too few to be "
            "found by; add a field that describes whole images, such as "
            "HSVHistogram(), or extract features with Patches"
        )

    def _foreign(self) -> str | None:
        found, learned = self.unexplained, self.unexplained_of_learned
        if found is None:
            return None
        if learned is None and not self.binary and found > HIGHEST_UNEXPLAINED:
            than = f"more than {HIGHEST_UNEXPLAINED:g}"
        elif learned is not None and found > HIGHEST_RATIO * learned:
            than = f"against {learned:.2f} where they were learned"
        else:
            return None
        return (
            f"the words leave {found:.2f} of these descriptors' variance unexplained, "
            f"{than}: they were learned on other kinds of pictures, or on too few; "
            f"{self._learn_again()}"
        )

    def _spread(self) -> list[str]:
        faults: list[str] = []
        if self.n_images < FEWEST_IMAGES:
            return faults
        if self.imbalance is not None and self.imbalance > HIGHEST_IMBALANCE:
            faults.append(
                f"the imbalance factor is {self.imbalance:.1f}, for {self._empty()}a "
                f"few words get most features; {self._learn_again()}"
            )
        if self.stop_share is not None and self.stop_share > HIGHEST_STOP_SHARE:
            faults.append(
                f"{self.stop_share:.0%} of the features are in words that occur in "
                f"over 10 % of the images; learn more words, n_words={_more(self, 4)}, "
                "or skip the commonest with skipped_energy=0.02"
            )
        return faults

    def _slow(self) -> str | None:
        if self.postings_read is None or self.postings_read <= MOST_READ:
            return None
        wanted = _more(self, self.postings_read / MOST_READ)
        return (
            f"a query reads {self.postings_read / 1e6:,.0f} million postings, for "
            f"{self.n_words:,} words are too few for {self.n_images:,} images; learn "
            f"n_words={wanted}"
        )

    def _empty(self) -> str:
        if self.empty_share < 0.5:
            return ""
        return f"{self.empty_share:.0%} of the words are empty and "

    def _learn_again(self) -> str:
        if self.seen:
            return "learn again on more of these images: fit a new index on the folder"
        return "learn on this collection: fit a new index on the folder"


def _more(report: VocabularyReport, times: float) -> str:
    """Give the power of two that is at least so many times the words there are."""
    return str(1 << (ceil(report.n_words * times) - 1).bit_length())


def _shown(value: float | None, form: str) -> str:
    return "not known" if value is None else format(value, form)
