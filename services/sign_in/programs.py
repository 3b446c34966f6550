"""API tokens, for programs that act for a person."""

from __future__ import annotations

from services.chassis.asking import Asking
from services.chassis.database import UnitOfWork
from services.chassis.entrypoints import rpc
from services.contracts.message import new_id
from services.contracts.rpc import SIGNED_IN, Json
from services.contracts.schemas import checked
from services.contracts.schemas.sessions import NewToken
from services.sign_in import tokens
from services.sign_in.part import Part


class Programs(Part):
    @rpc(needs=SIGNED_IN, unit=False, secret=True)
    def issue_token(self, asking: Asking, new_token: Json) -> Json:
        asking.require_person()
        new = checked(NewToken, new_token)
        tokens.require_good(asking, new)
        token_id, held = new_id(), "all" if new["capabilities"] is None else " ".join(new["capabilities"])
        until = new["expires_at"].isoformat() if new["expires_at"] else ""
        self.record("issue_token", asking, token_id, capabilities=held, expires_at=until)
        with self.db.begin(asking) as db:
            return tokens.issue(db, asking, token_id, new)

    @rpc(needs=SIGNED_IN)
    def tokens(self, db: UnitOfWork, asking: Asking) -> list[Json]:
        return tokens.of_user(db, asking.user_id)

    @rpc(needs="users.manage", unit=False)
    def tokens_of(self, asking: Asking, user_id: str) -> list[Json]:
        self.access.user(user_id)
        with self.db.begin(asking) as db:
            return tokens.of_user(db, user_id)

    @rpc(needs=SIGNED_IN, unit=False)
    def revoke_token(self, asking: Asking, token_id: str, user_id: str = "") -> None:
        """`user_id`: whose it has to be, for who names the user too."""
        asking.require_whole()
        with self.db.begin(asking) as db:
            tokens.find(db, asking, token_id, user_id)
        self.record("revoke_token", asking, token_id)
        with self.db.begin(asking) as db:
            tokens.revoke(db, tokens.find(db, asking, token_id, user_id))
