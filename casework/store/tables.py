"""The tables of the case store: situations, heads, ciphertexts, drafts, facts, intents, directory, persons; those of meetings stand apart."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped

from casework.store.base import CaseBase, col, identifier

LIFE = "life of the situation"
SEAT = "departure from the seat"
LEFT = "12 months after the last departure"
INVITED = "72 hours, 30 days unanswered"
INSTANCE = "life of the instance"


class InstanceRow(CaseBase):
    """One body in one arrondissement, with the dates that opened it (F-02, R-07)."""

    __tablename__ = "instance"
    id: Mapped[UUID] = identifier(INSTANCE, primary_key=True)
    charter: Mapped[str] = col("clear_state", INSTANCE, "all")
    opened_at: Mapped[datetime | None] = col("clear_state", INSTANCE, "all")
    root_public: Mapped[bytes | None] = col("clear_state", INSTANCE, "all")
    opening: Mapped[bytes | None] = col("professional", INSTANCE, "all", cipher="provider")
    settings: Mapped[bytes | None] = col("technical", INSTANCE, "members", cipher="none")


class OrganisationRow(CaseBase):
    """An organisation; its kind stands in clear, its name under the provider."""

    __tablename__ = "organisation"
    id: Mapped[UUID] = identifier(SEAT, primary_key=True)
    instance: Mapped[UUID] = identifier(SEAT, ForeignKey("instance.id"), index=True)
    kind: Mapped[str] = col("clear_state", SEAT, "members")
    name: Mapped[bytes] = col("professional", SEAT, "members", cipher="provider")


class PersonRow(CaseBase):
    """A professional: one account per instance (A-01); name, address and log-in under the provider, found by keyed hash."""

    __tablename__ = "person"
    __table_args__ = (UniqueConstraint("instance", "login_hash"),)
    id: Mapped[UUID] = identifier(SEAT, primary_key=True)
    instance: Mapped[UUID] = identifier(SEAT, ForeignKey("instance.id"))
    login_hash: Mapped[bytes] = col("professional", LEFT, "server", cipher="keyed_hash")
    contact: Mapped[bytes] = col("professional", LEFT, "members", cipher="provider")
    charter_signed: Mapped[str] = col("clear_state", SEAT, "keeper", default="")
    last_step: Mapped[int] = col("technical", SEAT, "server", default=0)
    generation: Mapped[int] = col("technical", SEAT, "server", default=0)
    used_codes: Mapped[int] = col("technical", SEAT, "server", default=0)
    member: Mapped[UUID | None] = identifier(SEAT)
    state: Mapped[str] = col("clear_state", SEAT, "keeper", default="invited")


class TenureRow(CaseBase):
    """A person holding a seat for an organisation, until `ended_at`."""

    __tablename__ = "tenure"
    id: Mapped[UUID] = identifier(SEAT, primary_key=True)
    instance: Mapped[UUID] = identifier(SEAT, ForeignKey("instance.id"), index=True)
    person: Mapped[UUID] = identifier(SEAT, ForeignKey("person.id"), index=True)
    organisation: Mapped[UUID] = identifier(SEAT, ForeignKey("organisation.id"))
    seat: Mapped[str] = col("clear_state", SEAT, "members")
    state: Mapped[str] = col("clear_state", SEAT, "keeper", default="invited")
    confirmed_on: Mapped[date | None] = col("clear_state", SEAT, "keeper")
    ended_at: Mapped[datetime | None] = col("clear_state", SEAT, "keeper")


class InvitationRow(CaseBase):
    """A single-use way in, 72 hours (A-01)."""

    __tablename__ = "invitation"
    token_hash: Mapped[bytes] = col(
        "professional", INVITED, "server", LargeBinary(32), cipher="keyed_hash", primary_key=True
    )
    person: Mapped[UUID] = identifier(INVITED, ForeignKey("person.id"), index=True)
    expires_at: Mapped[datetime] = col("clear_state", INVITED, "administrator")
    used_at: Mapped[datetime | None] = col("clear_state", INVITED, "administrator")


class SessionRow(CaseBase):
    """A log-in session: the member's private keys under the token and the pepper; keyless for an hour once ended."""

    __tablename__ = "session"
    token_hash: Mapped[bytes] = col(
        "professional", "8 hours, 1 hour keyless", "server", LargeBinary(32), cipher="keyed_hash", primary_key=True
    )
    instance: Mapped[UUID] = identifier("8 hours, 1 hour keyless")
    person: Mapped[UUID] = identifier("8 hours, 1 hour keyless", index=True)
    tenure: Mapped[UUID] = identifier("8 hours, 1 hour keyless")
    began_at: Mapped[datetime] = col("clear_state", "8 hours, 1 hour keyless", "its person")
    seen_at: Mapped[datetime] = col("clear_state", "8 hours, 1 hour keyless", "its person")
    keys: Mapped[bytes | None] = col("key_material", "15 minutes", "its person", cipher="member_lock")


class AttemptRow(CaseBase):
    """Failures counted before they are checked (A-03), by keyed hash of account, address or device."""

    __tablename__ = "attempt"
    key: Mapped[bytes] = col(
        "professional", "24 hours", "server", LargeBinary(32), cipher="keyed_hash", primary_key=True
    )
    count: Mapped[int] = col("technical", "24 hours", "server")
    first_at: Mapped[datetime] = col("technical", "24 hours", "server")
    last_at: Mapped[datetime] = col("technical", "24 hours", "server")


class AnnouncementRow(CaseBase):
    """Somebody to be told by mail that something waits, not what; `claimed_at` while a turn does, `sent_on` once it was, until the next day."""

    __tablename__ = "announcement"
    id: Mapped[UUID] = identifier("3 days", primary_key=True)
    instance: Mapped[UUID] = identifier("3 days", ForeignKey("instance.id"), index=True)
    person: Mapped[UUID] = identifier("3 days")
    day: Mapped[date] = col("clear_state", "3 days", "server")
    sent_on: Mapped[date | None] = col("clear_state", "3 days", "server")
    claimed_at: Mapped[datetime | None] = col("technical", "3 days", "server")


class PrincipalRow(CaseBase):
    """A key pair's public half and what it stands for; believed only when the signed directory lists it."""

    __tablename__ = "principal"
    id: Mapped[UUID] = identifier(SEAT, primary_key=True)
    instance: Mapped[UUID] = identifier(SEAT, ForeignKey("instance.id"), index=True)
    kind: Mapped[str] = col("clear_state", SEAT, "members")
    seat: Mapped[str] = col("clear_state", SEAT, "members", default="")
    organisation: Mapped[UUID | None] = identifier(SEAT)
    person: Mapped[UUID | None] = identifier(SEAT)
    public: Mapped[bytes] = col("clear_state", SEAT, "all")
    signing: Mapped[bytes | None] = col("clear_state", SEAT, "all")


class DirectoryRow(CaseBase):
    """One numbered, signed list of principals; the newest is the directory."""

    __tablename__ = "directory"
    instance: Mapped[UUID] = identifier(INSTANCE, ForeignKey("instance.id"), primary_key=True)
    number: Mapped[int] = col("clear_state", INSTANCE, "all", primary_key=True, autoincrement=False)
    body: Mapped[bytes] = col("clear_state", INSTANCE, "all")
    signature: Mapped[bytes] = col("clear_state", INSTANCE, "all", cipher="signature")


class SuspensionRow(CaseBase):
    """A tenure or a principal taken out at once, signed by the provider: it only subtracts."""

    __tablename__ = "suspension"
    subject: Mapped[UUID] = identifier(INSTANCE, primary_key=True)
    instance: Mapped[UUID] = identifier(INSTANCE, ForeignKey("instance.id"), index=True)
    at: Mapped[datetime] = col("clear_state", INSTANCE, "keeper")
    signature: Mapped[bytes] = col("clear_state", INSTANCE, "all", cipher="signature")


class CaseRow(CaseBase):
    """A situation as lists need it: a projection of its last head, checked against it whenever it is opened."""

    __tablename__ = "situation"
    __table_args__ = (
        UniqueConstraint("instance", "reference"),
        UniqueConstraint("instance", "number"),
        UniqueConstraint("instance", "once"),
        Index("ix_situation_listed", "instance", "since", "number"),
    )
    id: Mapped[UUID] = identifier(LIFE, primary_key=True)
    instance: Mapped[UUID] = identifier(LIFE, ForeignKey("instance.id"))
    reference: Mapped[str] = col("random_id", LIFE, "those who may know of it")
    number: Mapped[int] = col("clear_state", LIFE, "coordinator")
    once: Mapped[UUID] = identifier(LIFE)
    step: Mapped[str] = col("clear_state", LIFE, "those who may know of it", index=True)
    since: Mapped[date] = col("clear_state", LIFE, "those who may know of it")
    majority: Mapped[date | None] = col("clear_state", LIFE, "those who may know of it")
    sequence: Mapped[int] = col("technical", LIFE, "server")
    sender_seat: Mapped[str] = col("clear_state", LIFE, "coordinator")
    sender_organisation: Mapped[UUID] = identifier(LIFE, index=True)
    meeting: Mapped[UUID | None] = identifier(LIFE, index=True)


class HeadRow(CaseBase):
    """One signed head of a situation (security.md, heads): canonical clear life, ciphertext hashes, sealed principals."""

    __tablename__ = "head"
    case: Mapped[UUID] = identifier(LIFE, ForeignKey("situation.id"), primary_key=True)
    sequence: Mapped[int] = col("technical", LIFE, "server", primary_key=True, autoincrement=False)
    body: Mapped[bytes] = col("clear_state", LIFE, "server")
    signer: Mapped[UUID | None] = identifier(LIFE)
    signature: Mapped[bytes] = col("clear_state", LIFE, "server", cipher="signature")


class CiphertextRow(CaseBase):
    """The envelope of one compartment."""

    __tablename__ = "ciphertext"
    case: Mapped[UUID] = identifier(LIFE, ForeignKey("situation.id"), primary_key=True)
    compartment: Mapped[str] = col("clear_state", LIFE, "server", primary_key=True)
    part: Mapped[UUID] = identifier(LIFE, primary_key=True)
    key_id: Mapped[UUID] = identifier(LIFE)
    envelope: Mapped[bytes] = col("nominative", LIFE, "charter", cipher="envelope")


class ReaderRow(CaseBase):
    """Which principals can read something of a situation: a projection of the head that makes lists one query."""

    __tablename__ = "reader"
    __table_args__ = (Index("ix_reader_principal_case", "principal", "case"),)
    case: Mapped[UUID] = identifier(LIFE, ForeignKey("situation.id"), primary_key=True)
    principal: Mapped[UUID] = identifier(LIFE, primary_key=True)


class RemovalRow(CaseBase):
    """An intent to register a removal and delete sealed keys, committed with the move that removed a reader, finished after it."""

    __tablename__ = "removal"
    id: Mapped[UUID] = identifier("minutes", primary_key=True)
    case: Mapped[UUID] = identifier("minutes", index=True)
    key_id: Mapped[UUID] = identifier("minutes")
    principal: Mapped[UUID | None] = identifier("minutes")
    said: Mapped[bytes | None] = identifier("minutes")  # of the deletion register: random ids, a step's number and hash


class DraftRow(CaseBase):
    """A draft, sealed to its author alone (R-01), who finds it in the seat it was written in. `form` is a declared move name."""

    __tablename__ = "draft"
    __table_args__ = (UniqueConstraint("person", "seat", "organisation", "form", "case", "part"),)
    id: Mapped[UUID] = identifier("R-01", primary_key=True)
    instance: Mapped[UUID] = identifier("R-01", ForeignKey("instance.id"))
    person: Mapped[UUID] = identifier("R-01", ForeignKey("person.id"), index=True)
    seat: Mapped[str] = col("clear_state", "R-01", "its author")
    organisation: Mapped[UUID] = identifier("R-01")
    form: Mapped[str] = col("clear_state", "R-01", "its author")
    case: Mapped[UUID] = identifier("R-01")
    part: Mapped[UUID] = identifier("R-01")
    key_id: Mapped[UUID] = identifier("R-01")
    changed_on: Mapped[date] = col("clear_state", "R-01", "its author")
    envelope: Mapped[bytes] = col("nominative", "R-01", "its author", cipher="envelope")


class FactRow(CaseBase):
    """An anonymous fact for indicators (S-01): no identity, no reference, no exact date."""

    __tablename__ = "fact"
    id: Mapped[UUID] = identifier("kept (R-09)", primary_key=True)
    instance: Mapped[UUID] = identifier("kept (R-09)", ForeignKey("instance.id"), index=True)
    body: Mapped[bytes] = col("anonymous", "kept (R-09)", "coordinator, mairie as counts", cipher="provider")


class TypedYearRow(CaseBase):
    """What is typed once a year for the indicators (F33-11): a number and a text without any name; `version` counts its changes."""

    __tablename__ = "typed_year"
    instance: Mapped[UUID] = identifier("kept (R-09)", ForeignKey("instance.id"), primary_key=True)
    year: Mapped[int] = col("clear_state", "kept (R-09)", "coordinator, mairie", primary_key=True, autoincrement=False)
    version: Mapped[int] = col("technical", "kept (R-09)", "server")
    body: Mapped[bytes] = col("anonymous", "kept (R-09)", "coordinator, mairie", cipher="provider")
