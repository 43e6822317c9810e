"""The tables of the key store: sealed and locked compartment keys, copies of seat keys, members' locked keys, shares of the escrow."""

from uuid import UUID

from sqlalchemy.orm import Mapped

from casework.store.base import KeyBase, col, identifier


class SealRow(KeyBase):
    """A secret sealed to one principal: a compartment's key, a draft's, or that of a bundle (decision 17)."""

    __tablename__ = "seal"
    key_id: Mapped[UUID] = identifier("life of the compartment", primary_key=True)
    principal: Mapped[UUID] = identifier("life of the compartment", primary_key=True)
    case: Mapped[UUID] = identifier("life of the compartment", index=True)
    sealed: Mapped[bytes] = col("key_material", "life of the compartment", "its principal", cipher="seal")


class LockedKeyRow(KeyBase):
    """A compartment key locked under the secret of a bundle, which is the `key_id` of a seal: its principal is that seal's."""

    __tablename__ = "locked_key"
    __table_args__ = ({"sqlite_with_rowid": False},)  # a third less to store: the key is most of the row
    bundle: Mapped[UUID] = identifier("life of the compartment", primary_key=True)
    key_id: Mapped[UUID] = identifier("life of the compartment", primary_key=True)
    locked: Mapped[bytes] = col("key_material", "life of the compartment", "its principal", cipher="lock")


class CopyRow(KeyBase):
    """The private key of `principal` sealed to `holder`: a member, or the admission key kept by keepers."""

    __tablename__ = "key_copy"
    principal: Mapped[UUID] = identifier("departure from the seat", primary_key=True)
    holder: Mapped[UUID] = identifier("departure from the seat", primary_key=True)
    purpose: Mapped[str] = col("clear_state", "departure from the seat", "server", primary_key=True)
    sealed: Mapped[bytes] = col("key_material", "departure from the seat", "its holder", cipher="seal")


class MemberRow(KeyBase):
    """A person's private keys and TOTP secret, locked by password and by each recovery code."""

    __tablename__ = "member"
    person: Mapped[UUID] = identifier("departure of the person", primary_key=True)
    generation: Mapped[int] = col(
        "technical", "departure of the person", "server", primary_key=True, autoincrement=False
    )
    slot: Mapped[int] = col("technical", "departure of the person", "server", primary_key=True, autoincrement=False)
    locked: Mapped[bytes] = col("key_material", "departure of the person", "its person", cipher="member_lock")
