// SPDX-License-Identifier: Apache-2.0
#include "cli/demo_config.h"

namespace sluice::cli {

const char kDemoConfig[] = R"yaml(# yaml-language-server: $schema=../docs/sluice.schema.json
# The job of `sluice demo`, which brings its own broker and a simulated city, and sets KAFKA_BROKER,
# KAFKA_TOPIC, DEMO_DIR and DEMO_RUN for it.
KAFKA_BROKER: localhost:9092
KAFKA_TOPIC: dev_topic
DEMO_DIR: data/demo

query:
  name: vehicle_positions
  trigger: {processingTime: 1 second}

source:
  kafka.bootstrap.servers: ${KAFKA_BROKER}
  subscribe: ${KAFKA_TOPIC}
  startingOffsets: earliest

decode:
  schema: >
    header STRUCT<gtfs_realtime_version: STRING, incrementality: STRING, timestamp: STRING>,
    entity ARRAY<STRUCT<id: STRING, vehicle: STRUCT<
      trip: STRUCT<trip_id: STRING, start_time: STRING, start_date: STRING,
                   schedule_relationship: STRING, route_id: STRING, direction_id: INT>,
      position: STRUCT<latitude: FLOAT, longitude: FLOAT, bearing: FLOAT, speed: FLOAT>,
      current_stop_sequence: INT, current_status: STRING, timestamp: STRING, stop_id: STRING,
      vehicle: STRUCT<id: STRING, label: STRING>>>>
  explode: entity

sql: |
  SELECT
    entity.vehicle.vehicle.id AS vehicle_id,
    entity.vehicle.vehicle.label AS vehicle_label,
    entity.vehicle.trip.route_id AS route_id,
    entity.vehicle.trip.trip_id AS trip_id,
    entity.vehicle.trip.direction_id AS direction_id,
    entity.vehicle.trip.start_date AS start_date,
    entity.vehicle.position.latitude AS latitude,
    entity.vehicle.position.longitude AS longitude,
    entity.vehicle.position.bearing AS bearing,
    entity.vehicle.position.speed AS speed,
    entity.vehicle.current_status AS current_status,
    entity.vehicle.current_stop_sequence AS current_stop_sequence,
    entity.vehicle.stop_id AS stop_id,
    entity.vehicle.timestamp AS vehicle_timestamp,
    header.timestamp AS feed_timestamp
  FROM input

sink:
  path: ${DEMO_DIR}/vehicle_positions
  checkpointLocation: ${DEMO_DIR}/_checkpoints/${DEMO_RUN:-run}

monitor: {listen: 127.0.0.1:4040, token: '${SLUICE_MONITOR_TOKEN:-}', eventTime: feed_timestamp}
)yaml";

}  // namespace sluice::cli
