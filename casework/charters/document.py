"""Writes the page of a charter that people review: everything its records say, what is proved, rule → code → test; it
adds nothing of its own.
"""

import sys
from collections.abc import Iterable
from pathlib import Path

from casework.charters.cenomed import CENOMED
from casework.charters.check import Report, check, check_graph, render
from casework.charters.explore import explore
from casework.charters.readings import Reading, readings
from casework.charters.rules import REMAINS, RULES, proofs_in, written_in
from casework.kernel.records import SITUATION, Charter, Field, HolderKind, Kind, Relation, Setting

ROOT = Path(__file__).resolve().parents[2]
RELATIONS = {
    Relation.ANY: "toujours",
    Relation.OWN: "auteur de la saisine",
    Relation.OWN_SCHOOL: "convoqué, pour son établissement",
    Relation.ADDRESSED: "destinataire désigné",
    Relation.OWNER: "responsable de l’action",
    Relation.CONVENED: "convoqué",
}
HOLDERS = {
    HolderKind.MEMBER: "la personne",
    HolderKind.SEAT: "la qualité",
    HolderKind.ORGANISATION: "l’organisme",
    HolderKind.APART: "la qualité, clé à part",
    HolderKind.ESCROW: "le séquestre",
}
READERS = ("qualité", "compartiment", "à quel titre", "clé de", "étapes", "étapes de la situation", "il faut")
ACTING = (
    "geste",
    "règle",
    "par",
    "à quel titre",
    "de",
    "étapes de la situation",
    "vers",
    "il faut",
    "écrit",
    "écran",
)


def main_check() -> int:
    """Print the report of the charter; 1 when a promise is broken."""
    report = check(CENOMED)
    sys.stdout.write(render(report))
    return 1 if report.broken else 0


def write(path: Path, root: Path = ROOT) -> None:
    """Write the page of CENOMED. `root`: the sources, where tests are read for the rules they prove."""
    path.write_text(page(CENOMED, root), encoding="utf-8")


def page(charter: Charter, root: Path) -> str:
    """The whole page, in Markdown."""
    graph = explore(charter)
    parts = [
        _title(charter),
        table("Qualités", ("qualité", "règle", "membre", "organismes", "voit de ses envois"), _seats(charter)),
        _compartments(charter),
        table("Qui lit quoi, quand", READERS, _read(charter, readings(graph))),
        table("Séquestre", ("règle", "compartiments", "étapes"), _escrow(charter)),
        table("Étapes", ("étape", "nom", "machine", "règle", "sens"), _stages(charter)),
        table("Gestes", ACTING, _moves(charter)),
        table("Horloges", ("horloge", "règle", "compte", "étapes", "joue", "état"), _clocks(charter)),
        table("Réglages", ("réglage", "règle", "défaut", "bornes"), _settings(charter.settings)),
        _lists(charter),
        table("Faits anonymes", ("fait", "règle", "dimensions"), _facts(charter)),
        table("Indicateurs", ("indicateur", "règle", "fait", "par"), _indicators(charter)),
        _proved(check_graph(graph)),
        _rules(root),
    ]
    return "\n".join(parts)


def _read(charter: Charter, rows: Iterable[Reading]) -> Iterable[tuple[str, ...]]:
    for row in rows:
        compartment = charter.compartment(row.compartment)
        yield (
            _seat(charter, row.seat),
            compartment.label,
            RELATIONS[row.relation],
            HOLDERS[row.holder],
            _steps(charter, row.steps, compartment.machine),
            _steps(charter, row.cases),
            _marks(row.requires),
        )


def _title(charter: Charter) -> str:
    return (
        f"# {charter.label}\n\n{charter.confidentiality}\n\nCharte `{charter.name}`, version {charter.version}. "
        "Page produite depuis les enregistrements de la charte : ne pas la modifier à la main.\n"
    )


def table(title: str, heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A titled table in Markdown."""
    lines = [heads, tuple("---" for _ in heads), *rows]
    shown = "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
    return f"## {title}\n\n{shown}\n"


def _seat(charter: Charter, name: str) -> str:
    return charter.seat(name).label


def _steps(charter: Charter, names: Iterable[str], machine: str = SITUATION) -> str:
    return ", ".join(f"{charter.step(name, machine).label} (`{name}`)" for name in names)


def _seats(charter: Charter) -> Iterable[tuple[str, ...]]:
    shown = {"steps": "les étapes", "three_states": "trois états", "none": "rien"}
    for seat in charter.seats:
        kinds = ", ".join(charter.organisations.label(kind) for kind in seat.organisations)
        yield f"{seat.label} (`{seat.name}`)", seat.rule, "oui" if seat.member else "non", kinds, shown[seat.progress]


def _compartments(charter: Charter) -> str:
    heads = ("champ", "règle", "nature", "obligatoire")
    tables = [
        table(f"Compartiment « {item.label} » (`{item.name}`, {item.rule})", heads, _fields(item.fields)).replace(
            "## ", "### ", 1
        )
        for item in charter.compartments
    ]
    return "## Compartiments et champs\n\n" + "\n".join(tables)


def _fields(fields: Iterable[Field], before: str = "") -> Iterable[tuple[str, ...]]:
    for item in fields:
        nature = item.choices.title if item.choices else item.kind.value
        limit = f", {item.limit} caractères" if item.kind in (Kind.TEXT, Kind.LINE) else ""
        yield f"{before}{item.label} (`{item.name}`)", item.rule, nature + limit, "oui" if item.required else ""
        yield from _fields(item.fields, f"{before}{item.label} → ")


def _escrow(charter: Charter) -> Iterable[tuple[str, ...]]:
    machines = {item.name: item.machine for item in charter.compartments}
    for grant in charter.grants:
        if grant.holder is HolderKind.ESCROW:
            labels = ", ".join(charter.compartment(name).label for name in grant.compartments)
            yield grant.rule, labels, _steps(charter, grant.steps, machines[grant.compartments[0]])


def _stages(charter: Charter) -> Iterable[tuple[str, ...]]:
    for step in charter.steps:
        yield f"`{step.name}`", step.label, step.machine, step.rule, step.story


def _moves(charter: Charter) -> Iterable[tuple[str, ...]]:
    for move in charter.moves:
        by = "l’horloge" if move.timed else ", ".join(_seat(charter, seat) for seat in move.seats)
        written = ", ".join(charter.compartment(item.compartment).label for item in move.writes)
        yield (
            f"{move.label} (`{move.name}`)",
            move.rule,
            by,
            RELATIONS[move.relation],
            _marks(move.sources) or "début",
            _marks(move.cases),
            _marks((move.target,) if move.target else ()),
            _marks((*move.requires, *move.part_requires), move.forbids),
            written,
            _marks((move.page,) if move.page else ()),
        )


def _marks(names: Iterable[str], without: Iterable[str] = ()) -> str:
    return ", ".join([*(f"`{name}`" for name in names), *(f"sans `{name}`" for name in without)])


def _clocks(charter: Charter) -> Iterable[tuple[str, ...]]:
    for clock in charter.clocks:
        default = charter.setting(clock.setting).default if clock.setting else clock.amount
        span = f"{clock.basis.value}, {default} {clock.unit}" if default else clock.basis.value
        steps = ", ".join(f"`{name}`" for name in clock.steps)
        state = "en marche" if clock.running else "déclarée"
        yield clock.label, clock.rule, span, steps, f"`{clock.move}`" if clock.move else "", state


def _settings(settings: Iterable[Setting]) -> Iterable[tuple[str, ...]]:
    for item in settings:
        yield item.label, item.rule, f"{item.default} {item.unit}", f"{item.low} à {item.high}"


def _lists(charter: Charter) -> str:
    lines = []
    for choices in charter.lists:
        shown = "\n".join(f"- {item.label} — `{item.value}`" for item in choices.values)
        families = "\n".join(f"- famille `{name}` : {', '.join(values)}" for name, values in choices.families.items())
        lines.append(f"### {choices.title} (`{choices.name}`)\n\n{shown}\n" + (f"\n{families}\n" if families else ""))
    return "## Listes fermées\n\n" + "\n".join(lines)


def _facts(charter: Charter) -> Iterable[tuple[str, ...]]:
    for item in charter.facts:
        more = (*["personne"] * item.per_person, *["délai en semaines"] * bool(item.since))
        yield f"{item.label} (`{item.name}`)", item.rule, ", ".join((*item.dimensions, *more))


def _indicators(charter: Charter) -> Iterable[tuple[str, ...]]:
    for item in charter.indicators:
        source = f"`{item.fact}`" if item.fact else "inscrit une fois l’an"
        yield item.label, item.rule, source, item.by or "médiane" * item.median


def _proved(report: Report) -> str:
    rows = [(rule, sentence, "prouvé") for rule, sentence in report.proved]
    rows += [(item.rule, str(item), "rompu") for item in report.broken]
    title = "Promesses, sur toutes les suites de gestes"
    return table(title, ("règle", "promesse", "résultat"), rows)


def _rules(root: Path) -> str:
    written, proved = written_in(root), proofs_in(root)
    rows = [
        (rule, ", ".join(written.get(rule, ())), "<br>".join(proved.get(rule, ())) or "à venir", REMAINS.get(rule, ""))
        for rule in dict.fromkeys([*RULES, *sorted(written), *sorted(proved)])
    ]
    return table("Règle → code → test", ("règle", "code", "test", "à compléter"), rows)
