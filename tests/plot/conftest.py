"""Matplotlib draws the figures of these tests; pyplot is not to be imported."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image


@pytest.fixture
def drawn(tmp_path: Path) -> Callable[[Any], np.ndarray]:
    """Draw a figure into pixels; every warning is an error."""

    def draw(figure: Any) -> np.ndarray:
        figure.savefig(tmp_path / "figure.png")
        return np.array(Image.open(tmp_path / "figure.png").convert("RGB"))

    return draw
