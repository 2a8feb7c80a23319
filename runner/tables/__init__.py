"""Files to rows: every cell with the address that the user knows it by."""
