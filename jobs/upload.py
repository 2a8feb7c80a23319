"""The upload job: each flow of a spreadsheet overwrites what the vendor has under its `keyId`."""

from jobs.recallflow.compared_updates import ComparedUpdates
from jobs.recallflow.names import UPLOAD
from jobs.recallflow.updates import FlowUpdates


class Upload(FlowUpdates):
    """Updates the flows, whatever the vendor has."""

    name = UPLOAD


class ComparedUpload(ComparedUpdates):
    """Updates the flows that are not as the spreadsheet says, whoever has moved them."""

    name = UPLOAD
