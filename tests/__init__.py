"""What the program does, as its users see it; the folders mirror the code's."""
