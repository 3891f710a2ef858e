"""netwatch: duty monitoring for a hospital information centre."""

__version__ = "0.1.0"
