"""From whom a change affects to what each CRM record should hold, and out to the CRM."""
