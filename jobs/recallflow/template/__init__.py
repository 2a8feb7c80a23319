"""The workbook to fill in. Imported by the command that writes it, so that the others start fast."""
