# SPDX-License-Identifier: Apache-2.0
"""Thresholds of the dashboards: the same numbers as in monitoring/alert.rules.yaml, which a test compares."""

FRESHNESS_TARGET_SECONDS = 60  # a record should be in the table within this time
FRESHNESS_OBJECTIVE = 0.99  # of the time
BURN_RATES = {"1h": 14.4, "6h": 6, "1d": 3, "3d": 1}  # window -> how many times too fast is an alert
STUCK_SECONDS = 300  # without a commit although records wait
FAILED_BATCHES = 2  # in ten minutes
BAD_RECORDS_RATIO = 0.01
COMMIT_CONFLICTS_RATIO = 0.2
DISK_FREE_RATIO = 0.15
FROZEN_FEED_SECONDS = 600  # frozenAfter of a feed, where the producer's configuration does not say otherwise
TRIGGER_SECONDS = 1  # query.trigger.processingTime of the shipped configurations
RULE_INTERVAL_SECONDS = 30  # how often the recording rules are evaluated
