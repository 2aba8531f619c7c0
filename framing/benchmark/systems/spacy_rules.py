"""Attributions by the usual rules over a dependency parse of spaCy, as a system: what a newsroom builds in an afternoon, and many have.

The rules are ours, written from the descriptions of such systems (the Gender Gap Tracker: Asr et al. 2021; Krestel, Bergler and Witte
2008), with none of their code. Labels are those of spaCy's English pipelines (ClearNLP):

1. *Clause*: a verb that reports (``lexicons/reporting.tsv``) with a subject and a clausal complement (``ccomp``), whose subtree is the
   content. A verb in a parenthesis (``parataxis``) reports the clause that it interrupts.
2. *According to*: the phrase below "to" is the source, the rest of the clause the content.
3. *Quotation*: text between double quotation marks with four words or more that no rule above has: the nearest reporting verb with a
   subject outside of it, in the same sentence or, where there is none, in the sentence before or behind it in the same paragraph.

A content of the first two that meets a quotation takes in all of it. The source is the subtree of the subject without a relative clause or
appositive that opens behind a comma; the cue is the verb with its auxiliaries, negation and particles.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from framing.benchmark.system import System
from framing.benchmark.systems.peers import DOWNLOAD, each, no_pipeline, parsed, pipeline_fields
from framing.benchmark.systems.textacy import TASKS, stretches
from framing.benchmark.task import Item, Task
from framing.cues import reporting_forms
from framing.metrics.attribution import Triple, double_quoted
from framing.metrics.spans import merge

SUBJECTS = ("nsubj", "nsubjpass", "csubj")
WITH_VERB = ("aux", "auxpass", "neg", "prt")
CLAUSES = ("ccomp",)
FEWEST = 4  # words of a quotation
_WORD = re.compile(r"\w+")
_EDGE = frozenset(",;:.–—-")


def extract(doc: Any) -> list[Triple]:
    """The attributions of an analysed text, in the order of their cues."""
    quoted = [span for span in double_quoted(doc.text) if len(_WORD.findall(doc.text[slice(*span)])) >= FEWEST]
    found = [_whole(triple, quoted) for triple in (*_clauses(doc), *_according(doc))]
    taken = [part for triple in found for part in triple.content]
    found += _quotations(doc, [span for span in quoted if not _meets(span, taken)])
    unique = {triple.cue: triple for triple in reversed(found) if triple.cue and triple.content}
    return sorted(unique.values(), key=lambda triple: triple.cue)


def _whole(triple: Triple, quoted: Sequence[tuple[int, int]]) -> Triple:
    """With all of the quotations that the content holds a part of, as far as neither cue nor source stands in them."""
    own = (*triple.cue, *triple.source)
    more = [span for span in quoted if _meets(span, triple.content) and not _meets(span, own)]
    return replace(triple, content=merge([*triple.content, *more]))


def _meets(span: tuple[int, int], parts: Iterable[tuple[int, int]]) -> bool:
    return any(start < span[1] and span[0] < end for start, end in parts)


def _reports(token: Any) -> bool:
    entry = reporting_forms().get(token.lower_)
    return entry is not None and token.pos_ == "VERB"


def _subject(verb: Any) -> Any | None:
    return next((child for child in verb.children if child.dep_ in SUBJECTS), None)


def _clauses(doc: Any) -> Iterator[Triple]:
    for verb in doc:
        if not _reports(verb):
            continue
        subject = _subject(verb)
        if subject is None and verb.dep_ == "conj":  # "she came and said that ..."
            subject = _subject(verb.head)
        if subject is None:
            continue
        clause = next((child for child in verb.children if child.dep_ in CLAUSES), None)
        if clause is not None:
            yield _triple(subject, verb, clause.subtree)
        elif verb.dep_ == "parataxis":
            inside = {token.i for token in verb.subtree}
            yield _triple(subject, verb, (token for token in verb.head.subtree if token.i not in inside))


def _according(doc: Any) -> Iterator[Triple]:
    for first in doc:
        to = next((child for child in first.children if child.lower_ == "to"), None) if first.lower_ == "according" else None
        source = next((child for child in to.children if child.dep_ == "pobj"), None) if to is not None else None
        if to is None or source is None:
            continue
        inside = {token.i for token in first.subtree}
        content = _trimmed(token for token in first.head.subtree if token.i not in inside)
        yield Triple(tuple(stretches(_plain(source))), tuple(stretches([first, to])), tuple(stretches(content)))


def _quotations(doc: Any, quoted: Sequence[tuple[int, int]]) -> Iterator[Triple]:
    sentences = list(doc.sents)
    verbs = [[(verb, subject) for verb in s if _reports(verb) for subject in [_subject(verb)] if subject is not None] for s in sentences]
    for start, end in quoted:
        here = [k for k, s in enumerate(sentences) if s.start_char < end and start < s.end_char]
        if not here:
            continue
        near = _outside((pair for k in here for pair in verbs[k]), quoted)
        if not near:
            around = [k for k in (here[0] - 1, here[-1] + 1) if 0 <= k < len(sentences) and _same_paragraph(doc, sentences[k], start, end)]
            near = _outside((pair for k in around for pair in verbs[k]), quoted)
        if near:
            verb, subject = min(near, key=lambda pair: (max(start - pair[0].idx, pair[0].idx - end), pair[0].i))
            yield Triple(tuple(stretches(_plain(subject))), tuple(stretches(_cue(verb))), ((start, end),))


def _outside(pairs: Iterable[tuple[Any, Any]], quoted: Sequence[tuple[int, int]]) -> list[tuple[Any, Any]]:
    return [pair for pair in pairs if not any(start <= pair[0].idx < end for start, end in quoted)]


def _same_paragraph(doc: Any, sentence: Any, start: int, end: int) -> bool:
    return "\n" not in doc.text[min(sentence.end_char, start) : max(end, sentence.start_char)].strip()


def _triple(subject: Any, verb: Any, content: Iterable[Any]) -> Triple:
    cue = _cue(verb)
    source = _plain(subject)
    own = {token.i for token in (*cue, *source)}
    return Triple(
        tuple(stretches(source)), tuple(stretches(cue)), tuple(stretches(_trimmed(token for token in content if token.i not in own)))
    )


def _cue(verb: Any) -> list[Any]:
    return [verb, *(child for child in verb.children if child.dep_ in WITH_VERB and abs(child.i - verb.i) <= 3)]


def _plain(head: Any) -> list[Any]:
    """The phrase of a noun without what stands behind a comma."""
    tokens = list(head.subtree)
    cut = next((k for k, token in enumerate(tokens) if token.i > head.i and token.text == ","), len(tokens))
    return tokens[:cut]


def _trimmed(tokens: Iterable[Any]) -> list[Any]:
    """Tokens without marks and blanks at their ends, and without a "that" in front."""
    kept = [token for token in tokens if not token.is_space]
    while kept and (kept[0].text in _EDGE or (kept[0].dep_ == "mark" and kept[0].lower_ == "that")):
        kept.pop(0)
    while kept and kept[-1].text in _EDGE:
        kept.pop()
    return kept


def predict(task: Task, split: str, items: Sequence[Item], data_home: Path | None) -> list[Any]:
    """Attributions of each article."""
    return each("spacy-rules", parsed([item.text for item in items]), extract, lambda _: [])


def fields(task: str) -> dict[str, object]:
    """Of the signature."""
    return dict(pipeline_fields())


SYSTEM = System(
    "spacy-rules",
    "rules over the dependency parse of a pipeline of spaCy",
    dict.fromkeys(TASKS, predict),
    ("spacy",),
    f"pip install spacy && {DOWNLOAD}",
    no_pipeline,
    fields,
)
