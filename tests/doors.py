"""People who come in without a password: with a passkey of a soft authenticator, and at their firm's own provider."""

from __future__ import annotations

from tests.authenticator import Authenticator
from tests.worlds import numbers

ORIGIN = "http://localhost:8000"


class Owner:
    """A reader of a firm with an authenticator, at an address of their own."""

    def __init__(self, world, firm=None):
        self.world, self.firm = world, firm or world.firm()
        self.user_id = self.firm.user("reader")
        self.caller = self.firm.as_user(self.user_id)
        self.device = Authenticator(ORIGIN)
        self.address = f"192.0.2.{next(numbers)}"

    def options(self):
        return self.caller.sign_in.passkey_options(ORIGIN, self.address)

    def enrol(self, device=None, **wrong):
        credential = (device or self.device).create(self.options(), **wrong)
        return self.caller.sign_in.enrol_passkey({"name": "Portátil", "credential": credential}, ORIGIN)

    def challenge(self):
        return self.world.nobody.sign_in.passkey_challenge(ORIGIN, self.address)

    def show(self, credential):
        return self.world.nobody.sign_in.sign_in_with_passkey(credential, ORIGIN, self.address)

    def sign_in(self, **wrong):
        return self.show(self.device.get(self.challenge(), **wrong))

    def recorded(self, act):
        return self.firm.admin.audit.entries({"act": act, "user_id": self.user_id})["items"]


class Office:
    """A firm with a provider of its own, and a reader who signs in there from an address of their own."""

    def __init__(self, world, house, firm=None, **provider):
        self.world, self.firm = world, firm or world.firm()
        self.provider = house.provider(**provider)
        self.user_id = self.firm.user("reader")
        self.email = self.firm.admin.access.user(self.user_id)["email"]
        self.address = f"192.0.2.{next(numbers)}"
        self.choose()

    def choose(self, **more):
        return self.firm.admin.sign_in.set_provider(self.provider.settings(**more), ORIGIN)

    def start(self):
        return self.world.nobody.sign_in.oidc_start(self.firm.tenant_id, ORIGIN, self.address)

    def finish(self, started, back, **more):
        answer = {"error": "", "secret": started["secret"], **back, **more}
        return self.world.nobody.sign_in.oidc_finish(answer, ORIGIN, self.address)

    def sign_in(self, who=None, **said):
        started = self.start()
        return self.finish(started, self.provider.visit(started["redirect"], who or self.email, **said))

    def recorded(self, act):
        return self.firm.admin.audit.entries({"act": act})["items"]
