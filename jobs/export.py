"""The export job: flows are read, and nothing is wanted of them; what was read is kept."""

from jobs.recallflow.compared_updates import ComparedUpdates
from jobs.recallflow.names import EXPORT
from runner.plan import Derived, Remote
from runner.text import Text

READ = Text("Read for an export", "已读取，供导出")
LOCKED = Text("Read for an export; it can no longer be edited", "已读取，供导出；该流程已无法修改")


class Export(ComparedUpdates):
    """Reads flows."""

    name = EXPORT

    def derived(self, key: str, remote: Remote) -> Derived:  # noqa: ARG002 - all flows are alike
        """Nothing is wanted."""
        return Derived(body=None, why=LOCKED if remote.locked else READ)
