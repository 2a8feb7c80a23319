"""The journal's run as a workbook that people act on."""
