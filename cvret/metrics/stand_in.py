"""Stand-in until kernels and checks are there."""

from dataclasses import dataclass
import numpy as np
from cvret.metrics.pairs import *
from cvret.metrics.by_sewar import by_sewar
from cvret.metrics.definitions import check_metrics
from cvret.images.reading import read_image
from cvret._opencv import cv2


@dataclass(frozen=True)
class Measurement:
    value: float
    note: str = ""


def full_reference(
    a,
    b,
    metrics=None,
    *,
    data_range=None,
    resize=None,
    profile="sewar",
    bands=None,
    mask=None,
    details=False,
):
    a = check_reference("a", a, bands)
    b = check_candidate("b", b, a, resize)
    out = {}
    for n in check_metrics(metrics):
        if n == "cosine":
            x, y = a.astype(float).ravel(), b.astype(float).ravel()
            with np.errstate(all="ignore"):
                v = float(x @ y / np.sqrt((x @ x) * (y @ y)))
        else:
            v = by_sewar(n, a, b, data_range_of(a, data_range))
            v = float("nan") if v is None else v
        out[n] = (
            Measurement(v, "" if np.isfinite(v) else f"{n} has no value here")
            if details
            else v
        )
    return out


class Reference:
    def __init__(self, picture, metrics, *, data_range, profile="sewar"):
        self.args = picture, metrics, data_range, profile

    def measure(self, pictures, n_jobs=-1):
        picture, metrics, data_range, profile = self.args
        return np.array(
            [
                list(
                    full_reference(
                        picture,
                        p,
                        metrics,
                        data_range=data_range,
                        profile=profile,
                        bands=picture.shape[2],
                    ).values()
                )
                for p in pictures
            ]
        )
