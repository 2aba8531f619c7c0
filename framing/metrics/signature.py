"""A score that cannot be quoted without its interval, its number of documents and its settings.

The *signature* lists every setting that the value depends on, as ``key:value`` pairs in a fixed order, the version of this library last
(after Post 2018, "A Call for Clarity in Reporting BLEU Scores", and its program sacrebleu).
"""

from __future__ import annotations

from dataclasses import dataclass

from framing.version import __version__

DIGITS = 4  # of a score in JSON: more than any corpus here can tell apart


def signature(**fields: object) -> str:
    """Settings as text, in the order given, the library's version last.

    Parameters
    ----------
    **fields
        Setting and value; neither may hold ``|`` or ``:``.

    Returns
    -------
    str
        Such as ``match:overlap|resamples:1000|seed:0|version:0.1.0``.

    Raises
    ------
    ValueError
        If a setting or value holds a separator.
    """
    parts = {**{key: str(value) for key, value in fields.items() if key != "version"}, "version": __version__}
    for key, value in parts.items():
        if any(mark in key + value for mark in "|:\n"):
            raise ValueError(f"signature field {key}={value!r} holds a separator")
    return "|".join(f"{key}:{value}" for key, value in parts.items())


@dataclass(frozen=True, slots=True)
class Score:
    """A value with its interval ``(low, high)``, the number ``n`` of resampled units (documents) and the settings it depends on."""

    name: str
    value: float
    interval: tuple[float, float]
    n: int
    signature: str

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.name} {short(self.value)} [{short(low)}, {short(high)}] n={self.n} | {self.signature}"

    def as_dict(self) -> dict[str, object]:
        """The score for JSON, numbers rounded to four digits."""
        return {
            "name": self.name,
            "value": stored(self.value),
            "interval": [stored(x) for x in self.interval],
            "n": self.n,
            "signature": self.signature,
        }


def stored(value: float) -> float:
    """A number as JSON holds it, with four digits: ``.8225`` of ``.822485``."""
    return round(float(value), DIGITS) + 0.0


def short(value: float) -> str:
    """A number with three digits and no leading zero: ``.805``, ``-.120``, ``1.000``.

    They are those of the number as it is :func:`stored`. Pages know no other one, and a command that rounds the whole number at once would
    now and then show another last digit: ``.822485`` is ``.822``, but ``.8225`` is ``.823``, here everywhere.
    """
    text = f"{stored(value):.3f}"
    if text == "-0.000":
        return ".000"
    return text.replace("0.", ".", 1) if text.startswith(("0.", "-0.")) else text
