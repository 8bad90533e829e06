"""What an admin sets up: logins, CRM fields, scorecards."""
