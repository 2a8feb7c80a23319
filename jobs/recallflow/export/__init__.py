"""The vendor's flows as a spreadsheet in the upload format."""
