"""What the command line is given -> articles: a file, ``-`` for standard input, an ``https`` address.

Conventions
-----------
Whatever is wrong with one input is an :class:`InputError` whose message is one sentence that names the input and goes after its name; it
never stops the others. Bytes become text as :func:`framing.text.read_bytes` says, wherever they come from; that an encoding was guessed is
said on standard error. Line ends and a byte-order mark are left where they are. A download (:mod:`framing.cli.download`) happens only for
an address on the command line.
"""

from __future__ import annotations

import re
import sys
import warnings
from dataclasses import replace
from pathlib import Path

from framing.cli.output import complain
from framing.demo import ID, read_demo
from framing.records import Article
from framing.text import GuessedEncoding, article_from_html, article_from_text, looks_like_markup, read_article, read_bytes

_PAGE = re.compile(r"\ufeff?\s*<(?:!doctype\s+html|html)\b", re.IGNORECASE)


class InputError(Exception):
    """One input cannot be read; the message says why in one sentence."""


def is_address(name: str) -> bool:
    """Whether ``name`` is a web address and not a file."""
    return "://" in name


def _read(name: str) -> Article:
    if name == "-":
        if sys.stdin is None:
            raise InputError("is closed")
        text = read_bytes(sys.stdin.buffer.read(), "standard input")
        return article_from_html(text) if _PAGE.match(text) else article_from_text(text)
    if is_address(name):
        from framing.cli.download import download

        raw, charset = download(name)
        text = read_bytes(raw, name, charset)
        return article_from_html(text, url=name, id=name) if looks_like_markup(text) else article_from_text(text, id=name)
    return read_article(Path(name))


def load(name: str, title: str | None = None) -> Article:
    """Read one input of the command line.

    Parameters
    ----------
    name : str
        A path, ``-`` or an ``https`` address.
    title : str, optional
        The headline; without it, the one found in the input.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", GuessedEncoding)
            article = _read(name)
    except InputError:
        raise
    except IsADirectoryError as error:
        raise InputError("is a folder: name its files, or score all of them with framing score") from error
    except FileNotFoundError as error:
        raise InputError("no such file; check the path") from error
    except (OSError, ImportError, ValueError) as error:  # ValueError: a null character in the name, no text
        raise InputError(sentence(error)) from error
    for warning in caught:
        if issubclass(warning.category, GuessedEncoding):
            complain(str(warning.message))
        else:
            warnings.warn_explicit(warning.message, warning.category, warning.filename, warning.lineno)
    if title is None:
        return replace(article, id=article.id and name)
    return replace(article_from_text(article.text, title, article.id and name), origin=article.origin)


def load_demo() -> Article:
    """The demo article of the package."""
    return article_from_text(read_demo(), id=ID)


def sentence(error: Exception) -> str:
    """What is wrong with an input: the reason alone, without error numbers and the name that is said already."""
    reason = getattr(error, "strerror", None) or getattr(error, "reason", None) or error
    return " ".join(str(reason).split()) or type(error).__name__
