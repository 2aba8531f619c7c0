"""How good is a result: scores from counts per document, each with an interval and a signature.

Conventions of the room
-----------------------
* One module a task. ``statistics(gold, predicted)`` gives the counts of ONE document, in the order of the module's ``COLUMNS``; counts of
  documents add up. ``scores(sums)`` makes scores of such sums, shape (..., columns), so that a stack of resamples is scored at once.
  ``evaluate(documents)`` does both and returns a :class:`framing.metrics.signature.Score` a name.
* Scores are micro averages over documents; the unit that is resampled is the document.
* A share of nothing is 0.0: empty input scores 0.0, never NaN. Identical input scores 1.0 wherever there is something to find.
* Malformed input raises ``ValueError`` that names what is wrong.
* Gold comes first, the prediction second.
"""
