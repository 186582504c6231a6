"""STANDING IN until the fast one is here: one reference against many pictures."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cvret.metrics.full_reference import full_reference


class Reference:
    """One reference."""

    def __init__(
        self, picture: Any, metrics: Any, *, data_range: float, profile: str = "sewar"
    ):
        self.picture, self.metrics, self.data_range = picture, metrics, data_range

    def measure(self, pictures: Any, n_jobs: int = -1) -> NDArray[np.float64]:
        """Compare."""
        found = np.full((len(pictures), len(self.metrics)), np.nan)
        for row, picture in enumerate(pictures):
            values = full_reference(
                self.picture, picture, self.metrics, data_range=self.data_range
            )
            for column, name in enumerate(self.metrics):
                value = values.get(name)
                found[row, column] = np.nan if value is None else value
        return found
