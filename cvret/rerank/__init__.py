"""A ranking into a better one: spatial verification."""
