"""framing: how a news article says what it says."""
__version__ = "0.1.0.dev0"
