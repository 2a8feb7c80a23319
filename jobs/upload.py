"""The upload job: each flow of a spreadsheet overwrites what the vendor has under its `keyId`."""

from jobs.recallflow.updates import FlowUpdates


class Upload(FlowUpdates):
    """Updates the flows, whatever the vendor has."""

    name = "upload"
