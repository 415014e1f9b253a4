# SPDX-License-Identifier: Apache-2.0
"""One real Kafka broker for each test file."""

import os
import sys

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "integration")]


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    from kafka_broker import KafkaBroker

    with KafkaBroker(tmp_path_factory.mktemp("kafka")) as running:
        yield running
