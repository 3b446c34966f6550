"""The second factor: an app that makes numbers, set up by its owner, and codes for who has lost it.

Trap: who holds a session could lock its owner out, or let themselves in for ever. So what was set up is only taken away with the password
and a code, each try is counted, and whoever changed something begins a new session while the others end.
"""

from __future__ import annotations

from services.chassis.asking import Asking
from services.chassis.entrypoints import rpc
from services.contracts.errors import Conflict, Invalid, NotAllowed, NotSignedIn
from services.contracts.rpc import SIGNED_IN, Json
from services.contracts.sentences import said
from services.sign_in import limits, passkeys, passwords, recovery, sessions, totp
from services.sign_in.admitting import Admitting

WRONG = said("El código no es correcto o ya se usó. Espere al siguiente, o use uno de recuperación.")


class SecondFactor(Admitting):
    @rpc(needs=SIGNED_IN, unit=False)
    def second_factor(self, asking: Asking) -> Json:
        """As `schemas.second_factor.SecondFactor`."""
        is_required = self.access.settings()["requires_second_factor"]
        with self.db.begin(asking) as db:
            is_on, left = totp.is_on(db, asking.user_id), recovery.left(db, asking.user_id)
        return {"is_on": is_on, "is_required": is_required, "recovery_codes_left": left}

    @rpc(needs=SIGNED_IN, unit=False, keyed=False)
    def enrol_totp(self, asking: Asking) -> Json:
        """As `schemas.second_factor.NewTotp`. Nothing is asked for at the door before a code was confirmed.

        For who came in just now: whoever finds a browser open would lock its owner out.
        """
        asking.require_person()
        me, secret = self.access.me(), totp.new_secret()
        with self.db.begin(asking) as db:
            sessions.require_recent(db, asking)
            if totp.is_on(db, asking.user_id):
                raise Conflict(said("Ya tiene un segundo factor. Quítelo antes de poner otro."))
            totp.begin(db, asking.user_id, secret)
        address = totp.address_of(secret, me["email"], me["tenant"]["name"])
        return {"secret": secret, "uri": address, "qr_svg": totp.picture_of(address)}

    @rpc(needs=SIGNED_IN, unit=False, keyed=False)
    def confirm_totp(self, asking: Asking, otp: str) -> Json:
        """The recovery codes, shown this once, with a new session; every other one has ended."""
        asking.require_person()
        attempt_id = limits.try_once(self.db, limits.FACTOR, asking.user_id, asking.user_id)
        with self.db.begin(asking) as db:
            if totp.step_typed(db, asking.user_id, otp, confirm=True) is None:
                raise Invalid.field(
                    "otp", said("El código no es el que muestra la aplicación. Compruebe la hora del teléfono y pruebe el siguiente.")
                )
        limits.take_back(self.db, attempt_id)
        self.record("confirm_totp", asking, asking.user_id)
        with self.db.begin(asking) as db:
            if not totp.use(db, asking.user_id, otp, confirm=True):
                raise Conflict(said("Ya tiene un segundo factor."))
            codes = recovery.renew(db, asking.user_id)
            sessions.end_all(db, asking.user_id)
            return {"recovery_codes": codes, **sessions.begin(db, asking.tenant_id, asking.user_id)}

    @rpc(needs=SIGNED_IN, unit=False, keyed=False)
    def renew_recovery_codes(self, asking: Asking, password: str, otp: str) -> Json:
        self._prove_both(asking, password, otp)
        self.record("renew_recovery_codes", asking, asking.user_id)
        with self.db.begin(asking) as db:
            return {"recovery_codes": recovery.renew(db, asking.user_id)}

    @rpc(needs=SIGNED_IN, unit=False, keyed=False)
    def remove_totp(self, asking: Asking, password: str, otp: str) -> Json:
        """A new session; every other one has ended."""
        if self.access.settings()["requires_second_factor"]:
            raise Conflict(
                said("Su despacho exige un segundo factor. Si ha perdido el suyo, pida a quien administra los usuarios que lo anule.")
            )
        self._prove_both(asking, password, otp)
        self.record("remove_totp", asking, asking.user_id)
        with self.db.begin(asking) as db:
            totp.remove(db, asking.user_id)
            recovery.remove(db, asking.user_id)
            sessions.end_all(db, asking.user_id)
            return sessions.begin(db, asking.tenant_id, asking.user_id)

    @rpc(needs="users.manage", unit=False)
    def reset_second_factor(self, asking: Asking, user_id: str) -> None:
        """For who has lost everything, passkeys too: their sessions end, and the password alone lets them in again."""
        asking.require_person()
        self.access.user(user_id)
        if user_id == asking.user_id:
            raise NotAllowed(said("El suyo se quita con su contraseña y un código, o lo anula otra persona que administre los usuarios."))
        self.record("reset_second_factor", asking, user_id)
        with self.db.begin(asking) as db:
            totp.remove(db, user_id)
            recovery.remove(db, user_id)
            passkeys.remove_all(db, user_id)
            sessions.end_all(db, user_id)

    # ── at the door ────────────────────────────────────────────────────────────────────────────────────────────────────────────

    def prove(self, known: Asking, otp: str, address: str) -> str:
        """How it was proved: "otp" or "recovery_code". Raises NotSignedIn, which the trail has first, and TooMany."""
        attempt_id = limits.try_once(self.db, limits.FACTOR, known.user_id, address)
        with self.db.begin(known) as db:
            by_number = totp.use(db, known.user_id, otp)
            is_right = by_number or recovery.use(db, known.user_id, otp)
        if not is_right:
            self.turn_away(known, "otp", address)
            raise NotSignedIn(WRONG)
        limits.take_back(self.db, attempt_id)
        return "otp" if by_number else "recovery_code"

    def _prove_both(self, asking: Asking, password: str, otp: str) -> None:
        """Raises Invalid naming `password` or `otp`, and TooMany."""
        asking.require_person()
        attempt_id = limits.try_once(self.db, limits.FACTOR, asking.user_id, asking.user_id)
        if not passwords.matches(self.password_of(asking), password):
            raise Invalid.field("password", said("No es su contraseña."))
        with self.db.begin(asking) as db:
            if not (totp.use(db, asking.user_id, otp) or recovery.use(db, asking.user_id, otp)):
                raise Invalid.field("otp", WRONG)
        limits.take_back(self.db, attempt_id)
