"""The engine: learning machinery that knows nothing of news."""
