"""What an installation is made with by flags alone: its folders, and the persons who open it."""

from pathlib import Path

PEOPLE = (
    ("administrator", "Alix Exemple", "alix@exemple.invalid"),
    ("coordinator", "Claire Exemple", "claire@exemple.invalid"),
    ("coordinator", "Denis Exemple", "denis@exemple.invalid"),
    ("controller", "Farid Exemple", "farid@exemple.invalid"),
    ("dpo", "Gaëlle Exemple", "gaelle@exemple.invalid"),
)
INVITED = [word for person in PEOPLE for word in ("--person", *person)]


def answers(folder: Path) -> list[str]:
    data, keys = folder / "data", folder / "keys"
    return ["--data", str(data), "--keys", str(keys), "--host", "localhost", "--town", "Mairie « du 6e »", "--copied"]
