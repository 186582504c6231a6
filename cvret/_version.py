"""The version of cvret."""

__version__ = "0.1.0"
