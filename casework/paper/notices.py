"""The information notices of the families (C-05): fixed French in Typst templates, the facts of the instance as data; nothing of any situation."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from casework.accounts.ceremony import Dated, opening_record
from casework.kernel.clock import now, today
from casework.kernel.records import Relation
from casework.store.house import House
from casework.store.shipped import folder
from casework.web.context import Public
from casework.web.french import NBSP, lowered, short_day

FOLDER = folder("templates") / "documents"
NOTICES = {  # by the end of its URL: for whom, and its template
    "representants-legaux": ("Pour les représentants légaux", "adult.fr.typ"),
    "mineur": ("Pour le mineur, en mots simples", "child.fr.typ"),
}
WITH_FONTS = {"fontpkg_noto_sans": "files", "fontpkg_noto_sans_arabic": "files", "pylopdf_fonts_zh_cn": ""}
TO_THE_TOWN = "par courrier à la mairie, à l’attention du délégué à la protection des données"
SITTING = (Relation.CONVENED, Relation.OWN_SCHOOL)
NOT_TOLD = ("not_yet",)  # of the ways of informing: no line to tick


def notice(name: str, facts: Mapping[str, Any]) -> bytes:
    """One notice as PDF/UA-1. Words of the instance enter as `sys_inputs`, which Typst never reads as source."""
    return compiled(FOLDER / NOTICES[name][1], facts)


@cache
def fonts() -> Any:
    """Our own fonts, read once."""
    import typst  # noqa: PLC0415 - as below

    paths = [str(files(package) / folder) for package, folder in WITH_FONTS.items()]
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=paths)


def compiled(template: Path, facts: Mapping[str, Any]) -> bytes:
    """A template of one folder, alone: no package and no font from elsewhere."""
    import typst  # noqa: PLC0415 - megabytes in every process, wanted by those who print

    return typst.compile(
        template,
        root=FOLDER,
        font_paths=fonts(),
        sys_inputs={"facts": json.dumps(facts)},
        pdf_standards=["ua-1"],
        package_path=FOLDER,
        package_cache_path=FOLDER,
        timestamp=now().replace(microsecond=0),
    )


def facts(house: House, public: Public) -> dict[str, Any]:
    """What the notices say of this instance, from its charter, its settings and the record of its opening."""
    charter, record = house.charter, opening_record(house)
    years, months = divmod(_setting(house, "archive_months"), 12)
    sitting = {seat for grant in charter.grants if grant.relation in SITTING for seat in grant.seats}
    ways = next(item for item in charter.lists if item.name == "informed_how")
    recipients = next(item for item in charter.lists if item.name == "recipient")
    return {
        "town": public.town,
        "demo": public.demo,
        "dpo": public.dpo or TO_THE_TOWN,
        "body": lowered(charter.label),
        "version": charter.version,
        "made": short_day(today()),
        "controller": _told(record.controller) if record else "",
        "register": _told(record.register) if record else "",
        "members": [lowered(seat.label) for seat in charter.seats if seat.name in sitting],
        "recipients": [lowered(item.label) for item in recipients.values],
        "ways": [item.label for item in ways.values if item.value not in NOT_TOLD],
        "dismissed": f"{_setting(house, 'dismissed_days')}{NBSP}jours",
        "closed": f"{_setting(house, 'closed_months')}{NBSP}mois",
        "archive": f"{years}{NBSP}ans" if not months else f"{12 * years + months}{NBSP}mois",
    }


def _setting(house: House, name: str) -> int:
    return house.settings.get(name, house.charter.setting(name).default)


def _told(document: Dated) -> str:
    return f"{document.reference}, {short_day(document.on)}"
