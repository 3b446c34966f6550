"""The program that knows nothing of Casillero finds the trail of whoever was erased as it was written, and nobody's name in it."""

from __future__ import annotations

from deploy import audit_verifier
from services.audit.checkpoint import TrailKeys


def lines_of(world, tenant_id: str) -> list[str]:
    begun = world.nobody.audit.export_of(tenant_id)
    lines, after = [begun["line"]], 0
    while after < begun["size"]:
        page = world.nobody.audit.exported_of(tenant_id, after, begun["size"])
        lines, after = lines + page["lines"], page["after"]
    return lines


def require_sound(stock, folder) -> None:
    lines = lines_of(stock.world, stock.tenant_id)
    file = folder / "trail.jsonl"
    file.write_text("".join(f"{line}\n" for line in lines))
    keys = TrailKeys.read(stock.world.settings.trail_key_path)
    assert audit_verifier.main([str(file), "--public-key", keys.public(keys.newest)]) == 0
    assert [word for word in stock.words if any(word in line for line in lines)] == []
    assert any('"certificate_used"' in line for line in lines)


def test_the_trail_verifies_after_a_client_was_erased(erased_client, tmp_path):
    require_sound(erased_client.stock, tmp_path)


def test_the_trail_verifies_after_the_firm_was_erased(erased_firm, tmp_path):
    require_sound(erased_firm.stock, tmp_path)
