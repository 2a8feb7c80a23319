"""`python -m tests.acceptance.migration SEED…` migrates others and takes it back; `7-20` are all of those."""

import sys
import traceback
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.acceptance.migration.there_and_back import there_and_back


def main(arguments: list[str]) -> int:
    """Gives how many went wrong."""
    wrong = 0
    for argument in arguments:
        first, _, last = argument.partition("-")
        for seed in range(int(first), int(last or first) + 1):
            with TemporaryDirectory() as folder:
                try:
                    seen = there_and_back(seed, Path(folder))
                except Exception:  # noqa: BLE001 - the others are migrated as well
                    wrong += 1
                    print(f"seed {seed} went wrong:\n{traceback.format_exc()}", flush=True)
                else:
                    all_of_it = ", ".join(f"{times} {what}" for what, times in sorted(seen.items()))
                    print(f"seed {seed}: {all_of_it}", flush=True)
    return wrong


if __name__ == "__main__":
    sys.exit(bool(main(sys.argv[1:])))
