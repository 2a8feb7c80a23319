"""What each command does, one file each. Imported by the command that is run, so that the others start fast."""
