"""Descriptions whose name comes later: "Federal judge stops sale" - and only then "Judge Ina Krause".

Conventions
-----------
* When all mentions are resolved, a definite description of one person ("the judge"), one without any article (a heading: "Judge stops
  sale") and an official voice ("a spokesman for the port") become the one named person of the article who has that noun in the role and,
  where the description says to whom it belongs, the owner too. With two such persons, or none, the description stays.
* Descriptions that are usual for withheld sources ("the official", "aide") never do.

Cataphora of news leads, after Carden (1982): the name follows the description within the article.
"""

from __future__ import annotations

from framing.entities import State, Who, entity_of_name
from framing.names import Named


def name_later(state: State, entity: list[int]) -> None:
    """Replace in ``entity`` (in place; who speaks in each attribution) the descriptions that the article names elsewhere."""
    still = {e for e in entity if e >= 0 and _is_open(state.who[e])}
    if not still:
        return
    bearers: dict[str, list[Named]] = {}
    for entry in state.book.named:
        if entry.kind == "person":
            for head in entry.heads:
                bearers.setdefault(head, []).append(entry)
    target: dict[int, int] = {}
    for e in sorted(still):
        who = state.who[e]
        fitting = [entry for entry in bearers.get(who.head, ()) if _fits(state, who, entry)]
        if len(fitting) == 1:
            target[e] = entity_of_name(state, fitting[0].id)
            state.who[target[e]].spans += who.spans
    for i, e in enumerate(entity):
        entity[i] = target.get(e, e)


def _is_open(who: Who) -> bool:
    mention = who.mention
    if who.named >= 0 or who.kind != "person" or who.plural or mention.form != "description":
        return False
    if mention.flags & {"insider", "vague", "press"}:
        return False
    if (mention.complement or (mention.proper and mention.determined)) and mention.owner < 0:
        return False
    return not mention.determined or "spokes" in mention.flags or (mention.definite and ("unique" in mention.flags or mention.owner >= 0))


def _fits(state: State, who: Who, entry: Named) -> bool:
    if who.gender != "-" and entry.gender not in ("-", who.gender):
        return False
    owner = who.mention.owner
    name = state.book.named[owner].name if owner >= 0 else who.owner
    if not name:
        return "spokes" not in who.mention.flags or who.mention.definite
    if state.book.words[who.mention.first].lower() in ("one", "another"):
        return False
    return entry.belongs_to(name)
