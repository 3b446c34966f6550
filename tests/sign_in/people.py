"""Somebody of a firm with a password, for the tests of signing in."""

from __future__ import annotations

from services.contracts.errors import NotSignedIn

PASSWORD = "un gato en el tejado"


class Person:
    """Somebody of a firm with a password."""

    def __init__(self, world, firm=None, role="reader"):
        self.world, self.firm = world, firm or world.firm()
        self.user_id = self.firm.user(role)
        self.email = self.firm.admin.access.user(self.user_id)["email"]
        self.caller = self.firm.as_user(self.user_id)
        world.nobody.sign_in.accept_invitation(self.invite(), PASSWORD)

    def invite(self):
        return self.world.nobody.sign_in.invite(self.firm.tenant_id, self.user_id)

    def sign_in(self, password=PASSWORD, address="192.0.2.1", otp=""):
        return self.world.nobody.sign_in.sign_in(self.email, password, address, otp)

    def recorded(self):
        return [entry["act"] for entry in self.firm.admin.audit.entries({"user_id": self.user_id, "page_size": 200})["items"]]

    def disable(self):
        self.firm.admin.access.change_user(self.user_id, {"version": 1, "is_active": False})


def is_over(world, credential):
    try:
        world.nobody.sign_in.who(credential)
    except NotSignedIn:
        return True
    return False
