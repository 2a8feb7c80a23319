"""The jobs that the runner does, the vendor that they are done at, and the program around them."""
