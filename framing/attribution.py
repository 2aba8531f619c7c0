"""Attributions: who (source) is said to say, think, want or show (cue) what (content).

Conventions
-----------
The terms and span habits are those of PolNeAR (Newell, Margolin & Ruths 2018), from which the shipped extractor is learned: the cue is the
verb group or noun that reports, the source its subject with appositives, the content what is reported, quotation marks included; a content
may have several spans. :class:`AttributionExtractor` goes three steps:

1. a tagger (:mod:`framing.tagger`) labels every token as part of a source, a cue or a content, with the side on which the cue lies; what
   the pattern rules (:mod:`framing.patterns`) find is among what it reads;
2. pieces are linked to whole attributions (:mod:`framing.linking`), with a probability;
3. attributions inside the content of others, which PolNeAR does not mark, come from the rules (:mod:`framing.nesting`).

``confidence`` is the probability that a reader would mark the same attribution: the cue touched, source and content with an intersection
over union of .5 or more. It is calibrated on text that the tagger did not learn from; for nested attributions it is the precision of the
cue's word in its frame. Speech is direct if at least 90 % of the content's words stand in speech quotations, indirect if none do, mixed
otherwise. Time is linear in the text.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from framing.learning import store
from framing.learning.calibration import Calibrator, Logistic, fit_isotonic
from framing.learning.crf import Transitions
from framing.learning.estimator import Estimator
from framing.learning.network import Network, Settings
from framing.learning.words import WordClasses
from framing.learning.words import load as load_words
from framing.linking import link
from framing.nesting import add_nested
from framing.patterns import Patterns, read_patterns
from framing.quotes import find_quotes
from framing.records import Article, Attribution, Document, Quote, Span
from framing.signals import TypeMemory
from framing.tagger import TEMPLATES, Labeller, Tagger
from framing.tagging import LABELS, ROLES
from framing.text import article_from_text
from framing.tokens import Tokens, tokenize

MODELS = Path(__file__).parent / "models"
# Both chosen on PolNeAR dev, for whole attributions at a fair recall of indirect speech.
THRESHOLD = 0.15  # least confidence of an attribution that stands in no other
BIAS = 0.5  # towards labels that begin something
SPANS = 0.35  # least probability of a span by itself; chosen on PolNeAR dev, for exact spans

VERSION = 1  # of the files that save writes

_PLAIN = ("bias", "kernels", "shifts", "output", "offset")  # arrays of the network that are kept as they are


class AttributionExtractor(Estimator):
    """Finds attributions; learned from documents with gold ones.

    Parameters
    ----------
    threshold : float
        Least confidence of a flat attribution: higher for precision, lower for recall; 0 keeps all that the tagger marks.
    bias : float
        Of the tagger towards labels that begin something.
    body_only : bool
        Whether headings, datelines and other boilerplate are left out.
    settings : Settings, optional
        How the tagger's network is learned.
    at_least : int
        Tokens of the training texts that a feature must have.
    classes : WordClasses, optional
        Classes of words (:mod:`framing.learning.words`) that the tagger reads; none by default.

    Attributes
    ----------
    tagger_ : Labeller
    calibrator_ : Calibrator
    card_ : dict
        What the model's card says; see :meth:`save`.
    """

    tagger_: Labeller

    def __init__(
        self,
        threshold: float = THRESHOLD,
        bias: float = BIAS,
        body_only: bool = True,
        settings: Settings | None = None,
        at_least: int = 40,
        classes: WordClasses | None = None,
    ) -> None:
        self.threshold = threshold
        self.bias = bias
        self.body_only = body_only
        self.settings = settings
        self.at_least = at_least
        self.classes = classes
        self.card_: dict[str, Any] = {}

    def fit(
        self,
        documents: Iterable[Document],
        y: Any = None,
        *,
        unlabelled: Iterable[str] = (),
        tune: Iterable[Document] = (),
        teachers: Sequence[AttributionExtractor] = (),
        progress: Any = None,
    ) -> AttributionExtractor:
        """Learn from documents.

        Parameters
        ----------
        documents : iterable of Document
            With ``attributions``; what stands inside the content of another is left out.
        y : None
            The gold is in the documents.
        unlabelled : iterable of str
            Texts without annotation, which teachers label for the network.
        tune : iterable of Document
            Other documents, on which the confidence is calibrated.
        teachers : sequence of AttributionExtractor
            That label ``unlabelled``, such as those of the encoder engine; without any, some are learned first.
        progress : callable, optional
            Called with a line of text.

        Returns
        -------
        AttributionExtractor
            Itself.

        Raises
        ------
        ValueError
            If the documents hold no token.
        """
        from framing import teaching

        memory = TypeMemory(self.classes)
        lessons = [teaching.lesson(d.text, memory, d.attributions) for d in documents]
        taggers = [teacher.tagger_ for teacher in teachers]
        others = [teaching.lesson(text, memory, teachers=taggers) for text in unlabelled]
        self.tagger_ = teaching.teach(lessons, others, self.classes, self.settings or Settings(), self.at_least, progress)
        self.calibrator_: Calibrator = Logistic(1.0, 0.0)
        confidences, right = self.outcomes(tune)
        if len(right):
            self.calibrator_ = fit_isotonic(confidences, right)
        return self

    def outcomes(self, documents: Iterable[Document]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """The confidence of every flat attribution of some documents before calibration, and whether it is right (``full``)."""
        from framing.metrics.attribution import agreeing

        confidences: list[float] = []
        right: list[bool] = []
        for document in documents:
            article = article_from_text(document.text)
            tokens, quotes = tokenize(article), find_quotes(article.text, article.paragraphs)
            _, found = self._flat(tokens, quotes, read_patterns(tokens, quotes))
            confidences += [a.confidence for a in found]
            right += agreeing(document.attributions, found)
        return np.array(confidences, np.float64), np.array(right, np.bool_)

    def __call__(self, tokens: Tokens, quotes: Sequence[Quote]) -> tuple[Attribution, ...]:
        """Attributions of a text that was read, in the order of their cues; ids count from 0."""
        return self.labelled(tokens, quotes)[1]

    def labelled(self, tokens: Tokens, quotes: Sequence[Quote]) -> tuple[NDArray[np.int64], tuple[Attribution, ...]]:
        """The labels of the tokens of a text (:mod:`framing.tagging`), (n,), and the attributions that are made of them."""
        if not len(tokens):
            return np.zeros(0, np.int64), ()
        patterns = read_patterns(tokens, quotes)
        labels, found = self._flat(tokens, quotes, patterns, self.calibrator_)
        return labels, add_nested([a for a in found if a.confidence >= self.threshold], patterns.candidates, tokens)

    def _flat(
        self, tokens: Tokens, quotes: Sequence[Quote], patterns: Patterns, calibrator: Calibrator | None = None
    ) -> tuple[NDArray[np.int64], tuple[Attribution, ...]]:
        """The labels, and what they are linked to, with the confidence that this gives, calibrated if there is a calibrator."""
        labels, probabilities = self.tagger_.label(patterns, quotes, self.bias, self.body_only)
        return labels, link(tokens, quotes, labels, probabilities, calibrator)

    def predict(self, texts: Iterable[str | Article]) -> list[tuple[Attribution, ...]]:
        """The attributions of every text.

        Raises
        ------
        TypeError
            If ``texts`` is one string.
        """
        if isinstance(texts, (str, Article)):
            raise TypeError(f"texts must be an iterable of str or Article, not one {type(texts).__name__}")
        articles = (article_from_text(text) if isinstance(text, str) else text for text in texts)
        return [self(tokenize(a), find_quotes(a.text, a.paragraphs)) for a in articles]

    def spans(self, text: str | Article, threshold: float = SPANS) -> tuple[tuple[str, Span], ...]:
        """Sources, cues and contents by themselves, as corpora score them one by one.

        Each is chosen by its own probability, where :meth:`predict` rests on the best labelling as a whole: exact borders are right more
        often, but nothing is linked, and the spans are not always those of the attributions.

        Parameters
        ----------
        text : str or Article
        threshold : float
            Above 0, at most 1; every span is more probable. About half of the F1 that can be reached is best for F1
            (:mod:`framing.learning.segments`).

        Returns
        -------
        tuple of (role, Span)
            Role ``"source"``, ``"cue"`` or ``"content"``; in order, none overlapping another.

        Raises
        ------
        ValueError
            If ``threshold`` is not in its range.
        """
        article = article_from_text(text) if isinstance(text, str) else text
        tokens, quotes = tokenize(article), find_quotes(article.text, article.paragraphs)
        found = self.tagger_.spans(read_patterns(tokens, quotes), quotes, threshold, self.body_only)
        return tuple((ROLES[piece.kind], tokens.span(piece.first, piece.last)) for piece in found)

    def save(self, folder: str | os.PathLike[str], card: Mapping[str, Any] | None = None) -> None:
        """Write the model: ``model.json``, ``weights.npz`` and, where there are classes of words, those in the folder ``words``.

        Parameters
        ----------
        folder : path
            Made if need be.
        card : mapping, optional
            What is to be told about the model (data, licence, scores): plain JSON, kept with it and given back as ``card_``.
        """
        home, tagger = Path(folder), self.tagger_
        assert isinstance(tagger, Tagger)
        network, digest = tagger.network, None
        if tagger.classes is not None:
            tagger.classes.save(home / "words")
            digest = store.read_card(home / "words")["sha256"]
        codes, scales = store.to_int8(network.inputs, axis=1)
        arrays: dict[str, NDArray[Any]] = {"known": tagger.table.keys, "inputs": codes, "input_scales": scales}
        arrays |= {f"network_{name}": getattr(network, name) for name in _PLAIN}
        arrays |= network.transitions.named()
        words = sorted(tagger.listed)
        arrays["listed_words"] = store.from_words(words)
        arrays["listed_bits"] = np.array([tagger.listed[word] for word in words], np.uint16)
        numbers = {
            "model": "attribution",
            "version": VERSION,
            "labels": list(LABELS),
            "templates": [[list(part) for part in template] for template in TEMPLATES],
            "distances": list(network.distances),
            "threshold": self.threshold,
            "bias": self.bias,
            "body_only": self.body_only,
            "calibration": self.calibrator_.to_dict(),
            "words": digest,  # of the weights in the folder
            "card": dict(self.card_ if card is None else card),
        }
        store.save(home, numbers, arrays)

    @classmethod
    def load(cls, folder: str | os.PathLike[str] = MODELS / "attribution") -> AttributionExtractor:
        """Read what :meth:`save` wrote; the shipped model by default.

        Raises
        ------
        FileNotFoundError
            If a file is missing.
        ValueError
            If the files are damaged, do not belong together, or are of another model, version or set of templates.
        """
        home = Path(folder)
        numbers, arrays = store.load(home)
        made = [numbers.get("model"), numbers.get("version"), numbers.get("labels"), numbers.get("templates")]
        if made != ["attribution", VERSION, list(LABELS), [[list(part) for part in template] for template in TEMPLATES]]:
            raise ValueError(f"{home}: no attribution model of version {VERSION}")
        try:
            classes = None
            if numbers["words"] is not None:
                classes = load_words(home / "words")
                if store.read_card(home / "words")["sha256"] != numbers["words"]:
                    raise ValueError("the classes of words are those of another model")
            inputs, distances = store.from_int8(arrays["inputs"], arrays["input_scales"]), tuple(map(int, numbers["distances"]))
            store.check(arrays, _shapes(inputs.shape[1], len(distances)))
            network = Network(
                inputs=inputs,
                transitions=Transitions.of(arrays),
                distances=distances,
                **{name: arrays[f"network_{name}"] for name in _PLAIN},
            )
            threshold, bias = store.number(numbers["threshold"]), store.number(numbers["bias"])
            extractor = cls(threshold, bias, classes=classes, body_only=numbers["body_only"])
            words = store.to_words(arrays["listed_words"])
            listed = dict(zip(words, arrays["listed_bits"].tolist(), strict=True))
            extractor.tagger_ = Tagger(classes, arrays["known"], network, listed)
            extractor.calibrator_ = Calibrator.from_dict(numbers["calibration"])
            extractor.card_ = numbers["card"]
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"the attribution model in {home} is damaged: {error}") from error
        return extractor


def _shapes(width: int, layers: int) -> dict[str, tuple[int, ...]]:
    """Of the arrays of a network that stand beside its inputs, as :class:`Network` and :class:`Transitions` have them."""
    n = len(LABELS)
    network = {"bias": (width,), "kernels": (layers, 3 * width, width), "shifts": (layers, width), "output": (width, n), "offset": (n,)}
    return {**{f"network_{name}": shape for name, shape in network.items()}, "initial": (n,), "between": (n, n), "final": (n,)}


@lru_cache(maxsize=1)
def shipped() -> AttributionExtractor:
    """The shipped extractor, loaded once."""
    return AttributionExtractor.load()


def extract_attributions(tokens: Tokens, quotes: Sequence[Quote]) -> tuple[Attribution, ...]:
    """Find attributions with the shipped extractor.

    Parameters
    ----------
    tokens : Tokens
    quotes : sequence of Quote
        As ``find_quotes`` gives them.

    Returns
    -------
    tuple of Attribution
        In the order of their cues; ids count from 0; source, cue, content, speech, parent and confidence are set.
    """
    return shipped()(tokens, quotes)
