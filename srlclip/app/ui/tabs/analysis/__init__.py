"""The Analysis tab: what was measured, the gallery, one query, studies."""
