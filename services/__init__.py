"""The independent services of Casillero, one folder each, and what they share: `contracts` (words) and `chassis` (how any of them runs)."""
