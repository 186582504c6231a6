"""Ground truths, and how well an index does on them."""

from cvret.evaluation import truth

__all__ = ["truth"]
