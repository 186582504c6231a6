"""An index of pictures: making it, adding to it, asking it."""
