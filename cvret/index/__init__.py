"""Numbers to scored rows: inverted and dense. No image, no path."""
