"""Letters with links, from asking for one to its delivery.

Trap: whoever types a known email into "I forgot my password" may have typed letters that only fold to it (K for K). The link goes to the
address that `access` keeps, never to the one that was typed.
"""

from __future__ import annotations

import structlog
from sqlalchemy import delete

from services.chassis.asking import Asking
from services.chassis.entrypoints import every, rpc
from services.chassis.mail import Mail, NotSent
from services.contracts.errors import NotSignedIn
from services.contracts.message import utc_now
from services.contracts.rpc import INTERNAL, Json
from services.contracts.sentences import said
from services.sign_in import invitations, letters, limits
from services.sign_in.models import Letter
from services.sign_in.part import Part
from services.sign_in.wording import worded

log = structlog.get_logger()
ON_ITS_WAY = said("Si alguien entra con este correo, en unos minutos le llegará un enlace para elegir otra contraseña.")
NO_MAIL = said("Aquí no se envía correo. Pida un enlace a quien administra los usuarios de su despacho, o a quien presta el servicio.")


class Posting(Part):
    @rpc(needs=INTERNAL, unit=False)
    def forgotten(self, asking: Asking, email: str, address: str) -> Json:
        """The same for every email, known or not."""
        limits.try_once(self.db, limits.FORGOTTEN, email, address)
        if not self.post.is_on:
            return {"message": NO_MAIL}
        with self.db.begin() as db:
            letters.ask(db, email)
        return {"message": ON_ITS_WAY}

    @every(seconds=3)
    def send_letters(self) -> None:
        while self.post.is_on:
            with self.db.begin() as db:
                letter = letters.claim(db)
            if letter is None:
                return
            self._deliver(letter)

    def _deliver(self, letter: Letter) -> None:
        if letter.expires_at <= utc_now():
            self._end(letter, letters.FAILED, said("El enlace caducó antes de poder enviarse. Cree otro."))
        elif letter.tenant_id or self._is_for_somebody(letter):
            self._send(letter)

    def _is_for_somebody(self, letter: Letter) -> bool:
        """Find out whose the email is, and make their code; a letter for nobody is forgotten."""
        person = self.access.person(letters.opened(self.db, letter)["email"])
        if person is None or not person["is_active"]:
            with self.db.begin() as db:
                db.execute(delete(Letter).where(Letter.id == letter.id))
            return False
        known = Asking(tenant_id=person["tenant_id"], user_id=person["user_id"])
        self.record("ask_for_password", known, known.user_id)
        with self.db.begin(known) as db:
            code = invitations.make_another(db, known.tenant_id, known.user_id, letters.LASTS[letters.FORGOTTEN])
            letters.address(self.db, letter, known, code)
            db.merge(letter)
        return True

    def _send(self, letter: Letter) -> None:
        try:
            self.post.send(self._mail(letter))
        except NotSignedIn:
            self._end(letter, letters.FAILED, said("El usuario ya no está activo."))
        except NotSent as fault:
            log.warning("letter_not_sent", letter=letter.id, tries=letter.tries, reason=fault.reason)
            if fault.is_final:
                self._end(letter, letters.FAILED, fault.reason)
            else:
                with self.db.begin() as db:
                    letters.put_off(db, letter.id, fault.reason)
        else:
            self._end(letter, letters.SENT)

    def _mail(self, letter: Letter) -> Mail:
        """Raises NotSignedIn when the user is no longer active."""
        theirs = self.access.asking(Asking(tenant_id=letter.tenant_id, user_id=letter.user_id))
        me, link = theirs.me(), self.post.link(f"/invitacion/{letters.opened(self.db, letter)['code']}")
        subject, text = worded(letter.kind, me["language"], me["name"], me["tenant"]["name"], link)
        return Mail(id=letter.id, to=me["email"], subject=subject, text=text)

    def _end(self, letter: Letter, state: str, reason: str = "") -> None:
        with self.db.begin() as db:
            letters.end(db, letter.id, state, reason)
