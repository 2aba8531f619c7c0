"""The encoder engine: a small transformer that labels tokens in place of the convolutional network; needs ``framing[encoder]``.

Nothing here is imported before the engine is asked for.
"""
