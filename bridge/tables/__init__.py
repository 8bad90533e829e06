"""The same engine over somebody's table: no store, no CRM."""
