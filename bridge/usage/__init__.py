"""Product usage: files, the door for events, and what sources have told."""
