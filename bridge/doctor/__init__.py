"""What can be wrong with a workspace, looked at, with how to mend it."""
