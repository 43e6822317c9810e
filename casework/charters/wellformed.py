"""The first half of the checker: every record names declared records, lists are closed and short, numbers keep their
bounds; nothing is played here.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from casework.kernel.records import (
    SITUATION,
    Basis,
    Charter,
    ChoiceList,
    FactKind,
    Field,
    HolderKind,
    Indicator,
    Kind,
)

Fault = tuple[str, str]  # rule id, what is wrong
LONGEST = 12  # values of a closed list (C-02)


def faults(charter: Charter) -> list[Fault]:
    """Everything that is wrong before any move is played."""
    return [
        *_names(charter),
        *_grants(charter),
        *_moves(charter),
        *_promises(charter),
        *_lists(charter),
        *_clocks(charter),
        *_settings(charter),
        *_figures(charter),
    ]


def _unknown(rule: str, where: str, names: Iterable[str], known: Iterable[str]) -> Iterator[Fault]:
    for name in sorted(set(names) - set(known)):
        yield rule, f"{where} names {name!r}, which is not declared"


def _twice(what: str, names: Iterable[str]) -> Iterator[Fault]:
    for name, count in Counter(names).items():
        if count > 1:
            yield "charter", f"{what} {name!r} is declared {count} times"


def _names(charter: Charter) -> Iterator[Fault]:
    yield from _twice("seat", (item.name for item in charter.seats))
    yield from _twice("compartment", (item.name for item in charter.compartments))
    yield from _twice("step", (item.name for item in charter.steps))
    yield from _twice("move", (item.name for item in charter.moves))
    yield from _twice("clock", (item.name for item in charter.clocks))
    yield from _twice("setting", (item.name for item in charter.settings))
    yield from _twice("fact", (item.name for item in charter.facts))
    yield from _twice("indicator", (item.name for item in charter.indicators))
    yield from _twice("list", (item.name for item in charter.lists))
    for compartment in charter.compartments:
        yield from _twice(f"field of {compartment.name}", (item.name for item in compartment.fields))


def _grants(charter: Charter) -> Iterator[Fault]:
    machines = {item.name: item.machine for item in charter.compartments}
    apart = {item.name for item in charter.compartments if item.apart}
    for grant in charter.grants:
        where = f"a grant of {', '.join(grant.compartments)}"
        yield from _unknown(grant.rule, where, grant.seats, _seats(charter))
        yield from _unknown(grant.rule, where, grant.compartments, machines)
        yield from _unknown(grant.rule, where, grant.cases, _steps(charter, SITUATION))
        for machine in {machines[name] for name in grant.compartments if name in machines}:
            yield from _unknown(grant.rule, f"{where} ({machine})", grant.steps, _steps(charter, machine))
        if (grant.holder is HolderKind.APART) != bool(apart & set(grant.compartments)):
            yield grant.rule, f"{where}: a compartment kept apart has its own key, and nothing else has it"


def _moves(charter: Charter) -> Iterator[Fault]:
    machines = {item.name: item.machine for item in charter.compartments}
    for move in charter.moves:
        where = f"move {move.name}"
        yield from _unknown(move.rule, where, move.seats, _seats(charter))
        yield from _unknown(
            move.rule, where, (*move.sources, move.target or SITUATION), _sources(charter, move.machine)
        )
        yield from _unknown(move.rule, where, move.cases, _steps(charter, SITUATION))
        yield from _unknown(
            move.rule, where, [move.machine, move.spawns or SITUATION], {s.machine for s in charter.steps}
        )
        yield from _unknown(move.rule, where, [move.fact] if move.fact else [], (item.name for item in charter.facts))
        yield from _unknown(move.rule, where, move.shows, machines)
        for write in move.writes:
            yield from _unknown(move.rule, where, [write.compartment], machines)
            own = machines.get(write.compartment) in (move.machine, move.spawns or move.machine)
            if write.compartment in machines and not own:
                yield move.rule, f"{where} writes {write.compartment}, which belongs to another machine"
            yield from _unknown(move.rule, where, write.fields, _fields(charter, write.compartment))
        if move.timed == bool(move.seats):
            yield move.rule, f"{where} must belong to seats or to the clock, not to both or to none"


def _promises(charter: Charter) -> Iterator[Fault]:
    for never in charter.nevers:
        yield from _unknown(never.rule, f"« {never.name} »", never.seats, _seats(charter))
        yield from _unknown(never.rule, f"« {never.name} »", never.compartments, (c.name for c in charter.compartments))
        yield from _unknown(never.rule, f"« {never.name} »", never.unless_steps, _steps(charter, SITUATION))
    for before in charter.befores:
        marks = {mark for group in charter.derivable.values() for mark in group}
        marks |= {mark for move in charter.moves for mark in move.sets}
        yield from _unknown(before.rule, f"« {before.name} »", [before.step], _steps(charter, SITUATION))
        yield from _unknown(before.rule, f"« {before.name} »", [before.mark], marks)


def _lists(charter: Charter) -> Iterator[Fault]:
    for choices in charter.lists:
        yield from _twice(f"value of {choices.name}", (item.value for item in choices.values))
        yield from _twice(f"label of {choices.name}", (item.label for item in choices.values))
        if len(choices.values) > LONGEST:
            yield "C-02", f"the list {choices.name} has more than {LONGEST} values"
        if any(item.label.casefold() in ("autre", "autres") or item.value == "other" for item in choices.values):
            yield "C-02", f"the list {choices.name} has a value that says nothing"
        values = {item.value for item in choices.values}
        members = [value for family in choices.families.values() for value in family]
        yield from _unknown("S-05", f"a family of {choices.name}", members, values)
        yield from _twice(f"family value of {choices.name}", members)
    closed = [set(choices.values) for choices in charter.lists]
    for used in _used(charter):
        if not any(set(used.values) <= values for values in closed):
            yield "C-02", f"the list {used.name} is no part of a list of the charter"


def _used(charter: Charter) -> Iterator[ChoiceList]:
    yield charter.organisations
    yield charter.printing.reasons
    yield from (move.reasons for move in charter.moves if move.reasons)
    for compartment in charter.compartments:
        yield from (item.choices for item in _all(compartment.fields) if item.choices)


def _clocks(charter: Charter) -> Iterator[Fault]:
    moves = {move.name: move for move in charter.moves}
    for clock in charter.clocks:
        where = f"clock {clock.name}"
        yield from _unknown(clock.rule, where, clock.steps, _steps(charter, clock.machine))
        yield from _unknown(clock.rule, where, [clock.move] if clock.move else [], moves)
        yield from _unknown(
            clock.rule, where, [clock.setting] if clock.setting else [], (s.name for s in charter.settings)
        )
        move = moves.get(clock.move)
        if move and not move.timed:
            yield clock.rule, f"{where} plays {move.name}, which belongs to seats"
        if move and not set(clock.steps) <= set(move.sources):
            yield clock.rule, f"{where} runs at a step from which {move.name} cannot be played"
    ended = {step for clock in charter.clocks if clock.move for step in clock.steps}
    for step in charter.steps:
        if step.machine == SITUATION and not step.final and step.name not in ended:
            yield "R-10", f"no clock ends the step {step.name}"


def _settings(charter: Charter) -> Iterator[Fault]:
    defaults = {item.name: item.default for item in charter.settings}
    for setting in charter.settings:
        if not setting.low <= setting.default <= setting.high:
            yield setting.rule, f"the default of {setting.name} is out of its bounds"
    for clock in charter.clocks:
        if clock.basis is not Basis.WINDOW and clock.amount != defaults.get(clock.setting, clock.amount):
            yield clock.rule, f"clock {clock.name} and setting {clock.setting} disagree"
    for compartment in charter.compartments:
        for item in _all(compartment.fields):
            where = f"field {item.name} of {compartment.name}"
            yield from _unknown(item.rule, where, [item.setting] if item.setting else [], defaults)
            if item.limit != defaults.get(item.setting, item.limit):
                yield item.rule, f"{where} and setting {item.setting} disagree"


def _figures(charter: Charter) -> Iterator[Fault]:
    facts = {item.name: item for item in charter.facts}
    for indicator in charter.indicators:
        yield from _figure(charter, indicator, facts)
    for name, marks in charter.derivable.items():
        yield from _unknown("charter", f"derivable {', '.join(marks)}", [name], (c.name for c in charter.compartments))
    for step, seat in charter.gathered:
        yield from _unknown("A-08", "a reading in number", [step], (item.name for item in charter.steps))
        yield from _unknown("A-08", "a reading in number", filter(None, [seat]), (item.name for item in charter.seats))
    for kind in charter.sent_to.values():
        yield from _unknown("F33-05", "an orientation", [kind], charter.recipients)
    for recipient in charter.recipients.values():
        kinds = {item.value for item in charter.organisations.values}
        yield from _unknown("F33-05", f"recipient {recipient.name}", recipient.organisations, kinds)


def _figure(charter: Charter, indicator: Indicator, facts: Mapping[str, FactKind]) -> Iterator[Fault]:
    rule, where, fact = indicator.rule, f"indicator {indicator.name}", facts.get(indicator.fact)
    if bool(indicator.fact) == bool(indicator.typed):
        yield rule, f"{where} is counted or typed, one of the two"
    yield from _unknown(rule, where, filter(None, [indicator.fact]), facts)
    yield from _unknown(rule, where, filter(None, [indicator.typed]), (item.name for item in charter.yearly))
    yield from _unknown(rule, where, filter(None, [indicator.choices]), (item.name for item in charter.lists))
    if fact and indicator.by:
        yield from _unknown(rule, where, [indicator.by], fact.dimensions)
    if fact and indicator.median and not (fact.since and fact.per_person):
        yield rule, f"{where} has no delay of persons in its fact"


def _all(fields: Iterable[Field]) -> Iterator[Field]:
    for item in fields:
        yield item
        yield from _all(item.fields)


def texts(charter: Charter, names: Iterable[str]) -> Iterator[tuple[str, Field]]:
    """The (compartment, field) that can hold words of somebody's choice, in these compartments."""
    for name in names:
        for item in _all(charter.compartment(name).fields):
            if item.kind in (Kind.TEXT, Kind.LINE):
                yield name, item


def _seats(charter: Charter) -> set[str]:
    return {item.name for item in charter.seats}


def _steps(charter: Charter, machine: str) -> set[str]:
    return {item.name for item in charter.steps if item.machine == machine}


def _sources(charter: Charter, machine: str) -> set[str]:
    return {SITUATION, *_steps(charter, machine)}


def _fields(charter: Charter, compartment: str) -> set[str]:
    return {item.name for c in charter.compartments if c.name == compartment for item in c.fields}
