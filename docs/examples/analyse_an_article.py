# %% [markdown]
# # Analyse an article
#
# What an analysis holds, and how to ask it things. The article is the demo that comes with the package: invented people, places and events.
# Run it with `python docs/examples/analyse_an_article.py`, or open it as a notebook with Jupytext.

# %%
from pathlib import Path

import framing
from framing.demo import read_demo


def shown(span: framing.Span | None) -> str:
    """The words of a span, cut to a column."""
    return "(nobody named)" if span is None else span.text if len(span.text) <= 30 else f"{span.text[:29]}…"


text = read_demo()
analysis = framing.analyze(text)
print(analysis)

# %% [markdown]
# ## Who says what
#
# Offsets are code points of the text that you gave, which is never changed: `text[start:end]` is the span.

# %%
for attribution in analysis.attributions[:5]:
    source = attribution.source
    assert source is None or text[source.start : source.end] == source.text
    print(f"{shown(source):<32}{shown(attribution.cue):<32}{attribution.level:<8}{attribution.speech}")

# %% [markdown]
# A source keeps its best identification anywhere in the article: "the official" below is the senior harbour official of the sentence
# before. `withheld` says that the reporter keeps back a name, `reason` whether the article says why.

# %%
for attribution in analysis.attributions:
    if attribution.withheld:
        entity = analysis.entity(attribution)
        print(f"{shown(attribution.source):<32}{entity.name:<28}{attribution.reason}")

# %% [markdown]
# ## Hedges, and whose they are
#
# `owner` is the attribution whose content the cue stands in. Without one the hedge is the author's.

# %%
for hedge in analysis.hedges[:6]:
    whose = "the author" if hedge.owner is None else analysis.entity(analysis.attributions[hedge.owner]).name
    print(f"{hedge.cue.text:<12}{hedge.type:<14}{whose}")

# %% [markdown]
# ## The index and its parts
#
# The index is an explicit sum of five components. It says how openly the sources are identified, not whether what they say is true.

# %%
score = analysis.scores.transparency
low, high = score.interval
print(f"index {score.index:.0f}, interval {low:.0f} to {high:.0f}")
for name, value in score.components.items():
    print(f"  {name:<16}{value:.2f}")

# %% [markdown]
# Each attribution has its contribution: the index, less the index without it.

# %%
by_delta = sorted(score.contributions, key=lambda c: c.delta)
for contribution in (*by_delta[:2], *by_delta[-2:]):
    attribution = analysis.attributions[contribution.attribution]
    print(f"{contribution.delta:+5.1f}  {shown(attribution.source)}")

# %% [markdown]
# ## Keep it
#
# As JSON with a [fixed form](../../framing/schema/analysis.schema.json), or as one page of HTML that needs no network.

# %%
Path("demo.json").write_text(analysis.to_json(indent=2), encoding="utf-8")
Path("demo.html").write_text(analysis.to_html(), encoding="utf-8")
print(sorted(analysis.to_dict())[:6])
