"""Settings: the command line, the environment (`RECALLFLOW_…`), credentials, a profile in `recallflow.toml`."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from platformdirs import user_data_path
from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, InitSettingsSource, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from jobs.app.credentials import Urls, credentials, not_set, warning_of_readers
from jobs.app.language import default_language
from jobs.app.log_terms import LogFormat, LogLevel, LogTerms
from jobs.app.night.terms import USUAL, MetricsFile, NotifyTerms, Occasions
from jobs.app.printing import Tell, on_stderr
from jobs.app.target import Target
from jobs.recallflow.client import BASE_URL
from jobs.recallflow.signing import Account
from runner.allowance import Allowance
from runner.attachments import MOST_MB
from runner.errors import SettingsError
from runner.sending.guards import Guards, MaxFailures
from runner.sending.limits import BreakerTerms, Limits, RetryPolicy, Timeouts
from runner.tables.limits import ReadingLimits

FILE = Path("recallflow.toml")
"""Looked for in the current folder."""

_JOURNAL = "journal.sqlite3"
_HEADER_TEXT = re.compile(r"[!-~]+")
_ALLOWANCE = re.compile(r"(?P<count>\d+)|(?P<share>\d+(?:\.\d+)?)\s*[%％]")
_PROFILE_VALUES = "profile_values"
_CREDENTIAL_VALUES = "credential_values"


class Settings(BaseSettings):
    """Everything that can be set. Each name in capitals after `RECALLFLOW_` is its environment variable."""

    model_config = SettingsConfigDict(env_prefix="RECALLFLOW_", extra="ignore", allow_inf_nan=False)

    api_key: SecretStr | None = None
    api_secret: SecretStr | None = None
    base_url: str = BASE_URL
    home: Path = Field(default_factory=lambda: user_data_path("recallflow", appauthor=False))
    keep_days: int = Field(default=180, ge=1)
    concurrency: int = Field(default=Limits().concurrency, ge=1, le=1_000)
    rate: float | None = Field(default=None, gt=0)
    attempts: int = Field(default=RetryPolicy().attempts, ge=1, le=100)
    backoff: float = Field(default=RetryPolicy().backoff, gt=0)
    longest_backoff: float = Field(default=RetryPolicy().longest_backoff, gt=0)
    patience: float = Field(default=RetryPolicy().patience, gt=0)
    connect_timeout: float = Field(default=Timeouts().connect, gt=0)
    answer_timeout: float = Field(default=Timeouts().answer, gt=0)

    retry_share: float = Field(default=RetryPolicy().budget_share, ge=0)
    retry_floor: float = Field(default=RetryPolicy().budget_floor, ge=0.1)  # with less, the last retries never come
    limit_window: float = Field(default=Limits().window, gt=0)
    limit_errors: float = Field(default=Limits().error_share, ge=0, le=1)
    limit_latency: float = Field(default=Limits().latency_factor, gt=1)
    grace: float = Field(default=Limits().grace, ge=0)
    breaker_failures: int = Field(default=BreakerTerms().failures, ge=1)
    breaker_pause: float = Field(default=BreakerTerms().pause, gt=0)
    breaker_longest_pause: float = Field(default=BreakerTerms().longest_pause, gt=0)
    breaker_patience: float = Field(default=BreakerTerms().patience, gt=0)
    canary: int | None = Field(default=None, ge=0)
    max_failures: str | None = None
    max_changes: str = "20%"
    compare: bool = False
    strict: bool = False

    log_level: LogLevel | None = None
    log_format: LogFormat | None = None
    log_file: Path | None = None

    notify: Annotated[Urls, NoDecode] = ()
    notify_on: Annotated[Occasions, NoDecode] = USUAL
    metrics: MetricsFile | None = None

    file_mb: int = Field(default=ReadingLimits().file_mb, ge=1)
    unpacked_mb: int = Field(default=ReadingLimits().unpacked_mb, ge=1)
    file_rows: int = Field(default=ReadingLimits().file_rows, ge=1)
    file_problems: int = Field(default=ReadingLimits().file_problems, ge=1)
    reading_memory_mb: int = Field(default=ReadingLimits().reading_memory_mb, ge=64)
    reading_seconds: float = Field(default=ReadingLimits().reading_seconds, gt=0)
    attachment_mb: float = Field(default=MOST_MB, gt=0)

    @property
    def journal(self) -> Path:
        """Where the journal is."""
        return self.home / _JOURNAL

    @property
    def reading(self) -> ReadingLimits:
        """How much of a file is read."""
        return ReadingLimits(
            file_mb=self.file_mb,
            unpacked_mb=self.unpacked_mb,
            file_rows=self.file_rows,
            file_problems=self.file_problems,
            reading_memory_mb=self.reading_memory_mb,
            reading_seconds=self.reading_seconds,
        )

    @property
    def limits(self) -> Limits:
        """How much may be under way."""
        return Limits(
            concurrency=self.concurrency,
            rate=self.rate,
            window=self.limit_window,
            error_share=self.limit_errors,
            latency_factor=self.limit_latency,
            grace=self.grace,
        )

    @property
    def retry(self) -> RetryPolicy:
        """How patient to be with one request."""
        return RetryPolicy(
            attempts=self.attempts,
            backoff=self.backoff,
            longest_backoff=self.longest_backoff,
            patience=self.patience,
            budget_share=self.retry_share,
            budget_floor=self.retry_floor,
        )

    @property
    def breaker(self) -> BreakerTerms:
        """When the vendor counts as down."""
        return BreakerTerms(
            failures=self.breaker_failures,
            pause=self.breaker_pause,
            longest_pause=self.breaker_longest_pause,
            patience=self.breaker_patience,
        )

    @property
    def guards(self) -> Guards:
        """When to stop because too much goes wrong."""
        most = allowance("max_failures", self.max_failures) if self.max_failures is not None else None
        failures = MaxFailures(count=most.count, share=most.share) if most else None
        return Guards(canary=self.canary or None, max_failures=failures)

    @property
    def allowed_changes(self) -> Allowance:
        """How much of a plan may be sent."""
        return allowance("max_changes", self.max_changes)

    @property
    def timeouts(self) -> Timeouts:
        """How long to wait for the vendor."""
        return Timeouts(connect=self.connect_timeout, answer=self.answer_timeout)

    @property
    def log(self) -> LogTerms | None:
        """What is logged; None where nothing is said of a log."""
        if (self.log_level, self.log_format, self.log_file) == (None, None, None):
            return None
        return LogTerms(level=self.log_level or "info", format=self.log_format or "text", file=self.log_file)

    @property
    def notify_terms(self) -> NotifyTerms:
        """Who is told of a night, and when."""
        return NotifyTerms(
            urls=self.notify,
            on=self.notify_on,
            hidden=tuple(each for each in (self.api_key, self.api_secret) if each),
            target=Target(home=self.home.absolute() if "home" in self.model_fields_set else None),
        )

    def account(self) -> Account:
        """Who sends.

        Raises:
            SettingsError: the key or the secret is not set.
        """
        if not self.api_key or not self.api_secret:
            raise not_set(name for name in ("api_key", "api_secret") if not getattr(self, name))
        for name, value in (("RECALLFLOW_API_KEY", self.api_key), ("RECALLFLOW_API_SECRET", self.api_secret)):
            if not _HEADER_TEXT.fullmatch(value.get_secret_value()):
                raise SettingsError(
                    f"{name} holds a blank, a line break or a character that no key has. Copy it again, without those.",
                    f"{name} 含有空格、换行或密钥中不应有的字符。请重新复制，去掉这些字符。",
                )
        return Account(key=self.api_key, secret=self.api_secret)

    @field_validator("max_failures", "max_changes", mode="before")
    @classmethod
    def _says_how_many(cls, words: object, info: ValidationInfo) -> object:
        if words is None:
            return None
        allowance(info.field_name or "", str(words))
        return str(words)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - named by pydantic-settings
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - named by pydantic-settings
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The command line, then the environment, then credentials; the profile comes as the last one."""
        given = dict(init_settings())
        later = [
            InitSettingsSource(settings_cls, given.pop(name, {})) for name in (_CREDENTIAL_VALUES, _PROFILE_VALUES)
        ]
        return InitSettingsSource(settings_cls, given), env_settings, *later


def allowance(setting: str, words: str) -> Allowance:
    """How many are too many, as people write it: `20`, `5%`.

    Raises:
        SettingsError: it is neither.
    """
    match = _ALLOWANCE.fullmatch(words.strip())
    if match and match["count"]:
        return Allowance(count=int(match["count"]))
    if match and float(match["share"]) <= 100:
        return Allowance(share=float(match["share"]) / 100)
    option, variable = f"--{setting.replace('_', '-')}", f"RECALLFLOW_{setting.upper()}"
    raise SettingsError(
        f'{option} ({variable}) is "{words}". Write a number like 20, or a share like 5%.',
        f"{option}（{variable}）的值“{words}”无效。请写成数量（如 20）或比例（如 5%）。",
    )


def load_settings(
    *, profile: str | None = None, file: Path = FILE, tell: Tell | None = None, **given: object
) -> Settings:
    """The settings of one command.

    Args:
        profile: which table of the file is taken over its `default`.
        file: where profiles are; it need not exist.
        tell: gets a warning where that file holds secrets that others may read; None for stderr.
        given: what the command line says; None for what it does not.

    Raises:
        SettingsError: one of them cannot be used, or there is no such profile.
    """
    values: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    values[_PROFILE_VALUES] = _profile(file, profile, tell or on_stderr(default_language()))
    values[_CREDENTIAL_VALUES] = credentials()
    try:
        return Settings(**values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = str(first["loc"][0])
        raise SettingsError(
            f"The setting {name} (RECALLFLOW_{name.upper()}) cannot be used: {first['msg']}.",
            f"设置 {name}（RECALLFLOW_{name.upper()}）无效：{first['msg']}。",
        ) from error


def _is_there(file: Path) -> bool:
    try:
        return file.is_file()
    except PermissionError:  # who is in a folder of somebody else's, as after `sudo -u`, has no profiles there
        return False


def _profile(file: Path, profile: str | None, tell: Tell) -> Mapping[str, object]:
    if not _is_there(file):
        tables: dict[str, Any] = {}
    else:
        try:
            tables = tomllib.loads(file.read_text(encoding="utf-8-sig"))
        except (OSError, ValueError) as error:
            raise SettingsError(f"{file} cannot be read: {error}.", f"无法读取 {file}：{error}。") from error
        if warning := warning_of_readers(file, tables):
            tell(warning)
    if profile is not None and profile not in tables:
        raise SettingsError(
            f'There is no profile "{profile}" in {file}. Add a table [{profile}] to it.',
            f"{file} 中没有配置 “{profile}”。请在其中添加 [{profile}]。",
        )
    chosen: dict[str, object] = {}
    for table in ("default", profile or "default"):
        values = tables.get(table, {})
        if not isinstance(values, dict):
            raise SettingsError(
                f"{table} in {file} must be a table: [{table}], with its settings below.",
                f"{file} 中的 {table} 必须是表：写成 [{table}]，并在其下填写设置。",
            )
        chosen |= values
    unknown = sorted(set(chosen) - set(Settings.model_fields))
    if unknown:
        raise SettingsError(
            f"{file} sets {unknown[0]}, which is no setting. Remove it, or correct its name.",
            f"{file} 中的 {unknown[0]} 不是有效设置。请删除或更正其名称。",
        )
    return chosen
