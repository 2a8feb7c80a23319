"""`python -m jobs.app` is the program too."""

from jobs.app.main import main

main()
