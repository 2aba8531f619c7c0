"""How ``framing evaluate`` lays scores out: what is wide, what has no value, and names of many."""

from __future__ import annotations

import pytest

from framing.benchmark import registry
from framing.cli import evaluate, evaluate_text
from framing.metrics.signature import Score
from tests.test_evaluate_cli import fits, result_of, score_names


def of_attribution(value: float, low: float, high: float) -> list[str]:
    """The lines of a system that has the same in every score of attribution."""
    shown = evaluate_text.scores_text(result_of(registry.task("attribution"), value, (low, high)), ())
    assert fits(shown)
    return shown.split("\n")


def test_wide_scores_leave_the_table_a_table() -> None:
    lines, one = of_attribution(1.0, 1.0, 1.0), "1.000 [1.000, 1.000]"
    assert [line.split() for line in lines].count(["precision", "recall", "F1"]) == 1
    assert f"* {'full':14} {one} {one} {one}" in lines
    assert f"  end_to_end_all {one} {one} {one}" in lines
    at = lines.index("  end_to_end_indirect")
    assert lines[at + 1].split("  ")[-1].strip() == f"{one} {one} {one}"
    starts = {line.index(one) for line in lines if line.count(one) == 3}
    assert starts == {lines[at + 1].index(one)} == {next(line.index("precision") for line in lines if "precision" in line)}
    alone = [line.split()[0] for line in lines if line.count(one) == 1]
    assert alone[0] == "source"
    assert not any(name.endswith(("_precision", "_recall", "_f1")) for name in alone)


def test_a_row_that_is_too_wide_for_the_table_stands_below() -> None:
    result = result_of(registry.task("attribution"), 0.5, (0.4, 0.6))
    for kind in ("precision", "recall", "f1"):
        result.scores[f"cue_{kind}"] = Score("", -1000.25, (-1000.25, -1000.25), 0, "")
    lines = evaluate_text.scores_text(result, ()).split("\n")
    assert "* full                .500 [.400, .600]  .500 [.400, .600]  .500 [.400, .600]" in lines
    assert [line.split()[0] for line in lines if "-1000" in line] == ["cue_precision", "cue_recall", "cue_f1"]


def test_what_has_no_value_is_named_and_not_shown() -> None:
    result = result_of(registry.task("hedges-news"), 0.5, (0.4, 0.6))
    for name in [name for name in result.scores if name.startswith(("cue_", "brier", "token_p"))]:
        result.scores[name] = Score(name, float("nan"), (float("nan"), float("nan")), 0, "")
    shown = evaluate_text.scores_text(result, ())
    assert "nan" not in shown
    assert "\n\nnot defined here: brier, cue_*, cue_exact_*, token_precision\n\n" in shown
    assert "  token_f1 " in shown
    assert "\n\nnot defined here: brier\n\n" in evaluate_text.scores_text(result, ("brier",))
    assert "not defined" not in evaluate_text.scores_text(result, ("type",))


def test_few_of_many_scores_are_offered(capfd: pytest.CaptureFixture[str]) -> None:
    task = registry.task("attribution-wikinews")
    assert evaluate._no_score("f1", task, score_names(task)) == evaluate.WRONG
    said = capfd.readouterr().err
    assert fits(said)
    told = " ".join(said.replace("framing: ", "").split())
    assert "Did you mean 'full_f1', 'cue_f1', " in told
    assert " and 16 more?" in told
