# SPDX-License-Identifier: Apache-2.0
"""A real Kafka broker for each test file, and a topic name for each test."""

import re
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))


@pytest.fixture(scope="module")
def broker(tmp_path_factory):
    from kafka_broker import KafkaBroker

    with KafkaBroker(tmp_path_factory.mktemp("kafka")) as running:
        yield running


@pytest.fixture
def topic(request):
    return re.sub(r"[^a-z0-9-]", "-", request.node.name.removeprefix("test_").lower())
