"""Where the experiments find the corpora (``FRAMING_DATA``, or ``../shared/data`` beside the repository), and which parts they may read.

Test parts are kept for the last measurement. :func:`load` refuses them, whatever asks for one and by whichever name it comes to it, unless
``--split test`` stands on the command line with which Python was started (written so, in full); :func:`split_option` gives a script that
option. Official folds are no such parts: every text is a test text of one of them.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from experiments.results_file import data_home
from framing.corpora import info, load_corpus
from framing.corpora.lessons import TEST, load_lessons
from framing.records import Document

OPTION = "--split"


def load(name: str, split: str | None = None, **options: Any) -> Iterator[Document]:
    """``load_corpus`` from that folder.

    Raises
    ------
    framing.corpora.lessons.TestPart
        For a test part, unless ``--split test`` was said; a ``ValueError``.
    """
    read = load_corpus if info(name).folds or asked_for_test() else load_lessons
    return read(name, split, data_home=data_home(), **options)


def asked_for_test(arguments: Sequence[str] | None = None) -> bool:
    """Whether the command line (without the program) says ``--split test``."""
    given = sys.argv[1:] if arguments is None else arguments
    return f"{OPTION}={TEST}" in given or (OPTION, TEST) in pairwise(given)


def split_option(parser: argparse.ArgumentParser, told: str) -> None:
    """Give a script the option ``--split test``, without which it reads no test part."""
    parser.add_argument(OPTION, choices=(TEST,), help=told)
