"""`recallflow migrate`: changes all flows that match, by rules; plans first, and sends what was asked for."""

import sys
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from random import SystemRandom

from rich.console import Console

from jobs.app.asked import asked_to_migrate
from jobs.app.between_waves import Consent, WaveOptions
from jobs.app.consent import Question
from jobs.app.guarded import guarded
from jobs.app.listing import listing_of
from jobs.app.not_begun import not_begun
from jobs.app.plan_ending import PlanEnding, check_places, end_of_plan
from jobs.app.repeated_migration import check_first_time, tell_of_repetition
from jobs.app.sending import Delivery
from jobs.app.settings import Settings
from jobs.app.starting import begin_turn, check_turn
from jobs.app.stopping import Interrupts
from jobs.app.summary import print_json
from jobs.app.watching import keeping_log, watching
from jobs.migrate import Migrate
from jobs.recallflow.migration.example import example
from jobs.recallflow.migration.rules import read_rules
from jobs.recallflow.names import MIGRATE
from runner.errors import InputError
from runner.journal.database import Database
from runner.journal.journal import Journal
from runner.listing import Origin, load_keys
from runner.outcome import Stop
from runner.planning.terms import PlanTerms, encode_terms
from runner.text import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class MigrateOptions:
    """What the command line says."""

    rules: Path
    settings: Settings
    apply: bool
    waves: WaveOptions
    yes: bool
    """Whether it goes on where it would ask, or refuse to send the same rules again."""
    in_sandbox: bool
    ending: PlanEnding


def migrate(options: MigrateOptions) -> int:
    """Lists the flows, reads them, and sends what the rules want, if it was asked for. Gives the exit code.

    Raises:
        RunnerError: nothing was started.
    """
    settings, ending = guarded(options.settings), options.ending
    terms = PlanTerms(apply=options.apply, waves=options.waves.sizes, pause=options.waves.pause)
    check_places(ending)
    rules = read_rules(options.rules, settings.reading)
    delivery = Delivery.of(settings, in_sandbox=options.in_sandbox)
    endpoint = delivery.destination.endpoint
    consent = Consent(language=ending.language, yes=options.yes, json=ending.json)
    question = Question(
        language=ending.language,
        yes=options.yes,
        json=ending.json,
        real=not options.in_sandbox,
        target=ending.target,
    )
    is_first_time = options.apply and not options.yes
    console = Console(stderr=True, quiet=ending.quiet)
    with (
        keeping_log(settings.log, console, ending.language) as write,
        Database(settings.journal) as database,
        ExitStack() as stack,
    ):
        check_turn(MIGRATE, endpoint, database)
        if is_first_time:
            check_first_time(rules, endpoint, database, ending.target)
        tell_of_repetition(rules, endpoint, database, console, ending.language)
        interrupts = stack.enter_context(Interrupts())
        with watching(settings.log, write, console, ending.language) as observe:
            listing = listing_of(rules.selection, delivery, settings, observe, interrupts.control)
            if isinstance(listing, Stop):
                return not_begun(MIGRATE, listing, ending.language, json=ending.json)
            run = load_keys(
                Migrate(None, rules),
                listing,
                Origin(
                    source=str(options.rules),
                    sha256=rules.sha256,
                    terms=encode_terms(terms),
                    rules=rules.encode(),
                    deeds=rules.deeds,
                    asked=asked_to_migrate(options.rules, settings, terms, in_sandbox=options.in_sandbox),
                ),
                database,
                destination=delivery.destination,
                observe=observe,
                random=SystemRandom(),
            )
            begin_turn(run, database)
            if is_first_time:  # what was under way a moment ago may have ended since
                try:
                    check_first_time(rules, endpoint, database, ending.target, but=run)
                except InputError:
                    Journal(database).discard(run)
                    raise
            stop = delivery.send(
                run, database, settings, observe, interrupts.control, consent=consent, question=question
            )
        return end_of_plan(run, database, stop, settings, ending, interrupts)


def print_example(language: Language, *, json: bool) -> int:
    """Prints a file of rules with comments. Gives the exit code."""
    if json:
        print_json({"example": example(language)})
    else:
        sys.stdout.write(example(language))
    return 0
