"""Arrays on disk: a manifest and immutable segments."""
