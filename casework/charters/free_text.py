"""The guard of free text (C-03): what a short account should not say, noticed in memory and told to its author, who decides; nothing is kept."""

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache

MOST = 8  # notices on one page: past that the person rewrites the text anyway


@dataclass(frozen=True, slots=True)
class Notice:
    """Something noticed: its kind, the words as they were typed, and what to do, in French."""

    kind: str
    words: str
    advice: str


ADVICE = {
    "person": "Le texte semble nommer une autre personne. Écrivez plutôt « un autre mineur », « un proche ».",
    "address": "Le texte semble contenir une adresse. Retirez-la ; si elle est nécessaire, inscrivez-la dans « Adresse », quand ce champ existe.",
    "contact": "Le texte semble contenir un numéro ou une adresse électronique. Inscrivez-les dans les champs prévus, ou retirez-les.",
    "health": "Le texte semble parler de santé. Rien sur la santé ne doit être inscrit ici : décrivez les faits.",
    "religion": "Le texte semble parler de religion ou de croyance. Cela ne doit pas être inscrit ici.",
    "origin": "Le texte semble parler d’une origine ou d’une nationalité. Cela ne doit pas être inscrit ici.",
    "penal": "Le texte semble parler d’une infraction ou d’une procédure. Décrivez les faits, sans les qualifier.",
    "police_file": "Le texte semble citer un fichier de police. Cela ne doit pas être inscrit ici.",
}
# Stems in lower case without accents; a stem matches the words it begins, a word ending in “.” itself alone.
STEMS = {
    "health": "malad medic hopita hospitali psych depress handicap autis tdah tdh suicid addict drogu alcool cannabis toxico enceinte "
    "grossess ordonnance. mdph. anxi scarif bipolair schizo epilep infirm seropos trisomi dyslex dysprax anorex boulimi urgences. "
    "chagrin therap orthophon pedopsy cmp. cmpp. avort",
    "religion": "relig musulman islam chretien catholi juif. juive protestant. mosquee eglise. synagogue ramadan priere halal casher "
    "evangeli bouddh athee imam. rabbin pretre. voilee. voile. hijab kippa jehovah foi. radicalis secte. sectaire",
    "origin": "nationalit etranger. etrangere. etrangers. immigr migrant clandestin sans-papier arabe maghreb africain antillais asiatique "
    "rom. roms. gitan tsigane roumain algerien marocain tunisien malien senegalais ivoirien congolais comorien chinois turc. turque "
    "kurde afghan syrien ukrainien russe. russes. mna. visa. ofpra ethni race. racial",
    "penal": "condamn delinqu delit crime criminel infraction plainte. plaintes. casier. incarcer prison detention poursuivi perquisition "
    "tribunal juge. jugement stupefiant trafic traffic dealer. deal. dealeur vol. vols. vole. voleur cambriol agress viol. viols. viole. "
    "violence violent. recel racket recidiv recidive cef. epm. proxenet arme. armes. garde-a-vue",
    "police_file": "taj. fpr. fnaeg faed. gipasp pasp. easp. fsprt stic. judex fijais fijait fiches",
}
PHRASES = {
    "penal": (
        "garde a vue",
        "mis en examen",
        "mise en examen",
        "controle judiciaire",
        "mesure judiciaire",
        "main courante",
    ),
    "police_file": (
        "fiche s",
        "connu des services",
        "connue des services",
        "connu de la police",
        "connue de la police",
        "fiche de police",
    ),
    "origin": ("titre de sejour", "mineur non accompagne", "origine etrangere", "sans papiers", "pays d'origine"),
    "health": ("suivi medical", "sous traitement"),
}
WAYS = "rue avenue boulevard bd place quai impasse passage allee chemin villa cite square cours"
ADDRESS = re.compile(rf"\b\d{{1,4}}(?: ?(?:bis|ter|quater))?,? (?:{WAYS.replace(' ', '|')})\b(?: [\w’'-]+){{0,2}}")
CONTACT = re.compile(r"(?:\+33 ?|\b0)[1-9](?:[ .-]?\d\d){4}\b|\b[\w.+-]+@[\w-]+\.[\w.-]+")
CIVILITY = re.compile(
    r"\b(?:M\.|MM\.|Mme|Mmes|Mlle|Monsieur|Madame|Mademoiselle|Dr|Docteur|Me|Maître) [^\W\d_][\w’'-]+"
)
CAPITALISED = re.compile(r"\b[^\W\d_][\w’'-]+")


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# After these words a capital begins the name of a place or of a body, never of a person.
PLACES = _set(
    f"{WAYS} rues gare station metro college lycee ecole jardin jardins parc pont stade gymnase bibliotheque piscine porte hotel club "
    "foyer saint sainte ligne bus tram centre maison residence immeuble marche port ile fontaine eglise theatre cinema universite"
)
OF = _set("de du des la le les d l et saint sainte")
CAPITALS = _set(
    "paris seine france ile-de-france snapchat tiktok instagram whatsapp discord internet parquet mairie dsol dpmp crip pjj "
    "education college lycee ecole brevet noel toussaint paques etat republique luxembourg odeon montparnasse saint-germain"
)


def notice(text: str, known: Collection[str] = ()) -> tuple[Notice, ...]:
    """What the guard notices in a text, in its order. `known`: names written in their own fields, which are not “another person”."""
    found = sorted(_found(text, {_plain(name) for names in known for name in names.split()}))
    kept: dict[tuple[str, str], Notice] = {}
    for start, kind, end in found:
        words = text[start:end]
        kept.setdefault((kind, words.lower()), Notice(kind, words, ADVICE[kind]))
    return tuple(kept.values())[:MOST]


def _plain(text: str) -> str:
    """Lower case without accents, character for character: positions stay those of the text."""
    return "".join(_base(char) for char in text).replace("’", "'")


@cache
def _base(char: str) -> str:
    lowered = unicodedata.normalize("NFKD", char)[:1].lower()
    return lowered if len(lowered) == 1 else char


def _found(text: str, known: Collection[str]) -> Iterator[tuple[int, str, int]]:
    plain = _plain(text)
    for kind in STEMS:
        yield from ((match.start(), kind, match.end()) for match in _pattern(kind).finditer(plain))
    addresses = [match.span() for match in ADDRESS.finditer(plain)]
    yield from ((start, "address", end) for start, end in addresses)
    yield from ((match.start(), "contact", match.end()) for match in CONTACT.finditer(text))
    named = [match.span() for match in CIVILITY.finditer(text)]
    yield from ((start, "person", end) for start, end in named)
    for start, end in _capitals(text, plain, known):
        if not any(first <= start < last for first, last in (*addresses, *named)):
            yield start, "person", end


@cache  # compiled when a text is first read: a sixteenth of a second that no start should wait for
def _pattern(kind: str) -> re.Pattern[str]:
    stems = STEMS.get(kind, "").split()
    whole = [re.escape(stem[:-1]) for stem in stems if stem.endswith(".")] + [
        re.escape(p) for p in PHRASES.get(kind, ())
    ]
    begun = [rf"{re.escape(stem)}[\w-]*" for stem in stems if not stem.endswith(".")]
    return re.compile(rf"\b(?:{'|'.join((*whole, *begun))})(?!\w)")


def _capitals(text: str, plain: str, known: Collection[str]) -> Iterator[tuple[int, int]]:
    """Words with a capital that begin no sentence, name no place and are not written in the fields of the person concerned."""
    before = ""
    for match in CAPITALISED.finditer(text):
        start, end = match.span()
        word, place = plain[start:end], before in PLACES
        named = text[start].isupper() and not text[start:end].isupper() and not _begins(text, start)
        if named and not place and word not in CAPITALS and word not in known:
            yield start, end
        # “rue de la Harpe”: the little words carry the place on.
        before = before if place and word in OF else word


def _begins(text: str, start: int) -> bool:
    left = text[:start].rstrip(' \u00a0\u202f«“"(-–—')
    return not left or left[-1] in ".!?…:\n"
