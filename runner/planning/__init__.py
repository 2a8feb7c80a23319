"""What is to be done about the remote state: read, compared, and what the user wants left alone."""
