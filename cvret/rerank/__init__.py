"""A ranking into a better one: verification, expansion, feedback, neighbors."""
