"""The vendor: Laaffic's IVR group calls, as its page on recallFlow/update and its other public pages describe them."""
