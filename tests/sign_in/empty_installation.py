"""An installation without any firm, in a process of its own: the broker inside a process is the same for all of its worlds.

`python -m tests.sign_in.empty_installation FOLDER [interrupted]` prints, as JSON, who the founder is and how many firms there are.
"""

import eventlet

eventlet.monkey_patch()

import json  # noqa: E402
import sys  # noqa: E402
from pathlib import Path  # noqa: E402

from tests import worlds  # noqa: E402

FOUNDER = {"tenant": "Gestoría Uno", "name": "Inés", "email": "ines@uno.example", "password": "un gato en el tejado"}


def found(folder: Path, interrupted: bool) -> dict:
    with worlds.embedded(folder) as world:
        code = world.nobody.sign_in.founding_code()
        if interrupted:
            world.nobody.access.create_tenant(FOUNDER["tenant"], FOUNDER["email"], FOUNDER["name"])
        world.nobody.sign_in.found(code, FOUNDER)
        signed_in = world.nobody.sign_in.sign_in(FOUNDER["email"], FOUNDER["password"], "192.0.2.1")
        me = world.caller({"tenant_id": signed_in["tenant_id"], "user_id": signed_in["user_id"]}).access.me()
        return {"tenant": me["tenant"]["name"], "name": me["name"], "role": me["role"], "firms": len(world.nobody.access.tenants())}


if __name__ == "__main__":
    print(json.dumps(found(Path(sys.argv[1]), "interrupted" in sys.argv)))
