// SPDX-License-Identifier: Apache-2.0
#include "gtfs/feed_json.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "gtfs/random.h"
#include "gtfs/testing/feed_text.h"
#include "gtfs/testing/reference_json.h"
#include "gtfs/wire.h"

namespace sluice::gtfs {
namespace {

using namespace std::string_literals;  // NOLINT(google-build-using-namespace): bytes with zeros
using testing::EntityOf;
using testing::FeedOf;
using testing::kHeader;

std::string EntityJson(const std::string& bytes, Faults* faults = nullptr,
                       const JsonOptions& options = {}) {
  std::string out;
  AppendEntityJson(bytes, 0, options, faults, &out);
  return out;
}

// The faults one a line.
std::string FaultsOf(const std::string& bytes) {
  Faults faults;
  EntityJson(bytes, &faults);
  std::string text;
  for (const Fault& fault : faults.first) text += fault.ToString() + "\n";
  return text;
}

std::string FeedJson(const std::string& bytes, Faults* faults = nullptr,
                     const JsonOptions& options = {}) {
  const FeedReading reading = ReadFeed(bytes);
  return reading.feed ? FeedMessageJson(*reading.feed, options, faults) : reading.body.sentence;
}

// One field with the payload `bytes`.
std::string Field(uint32_t number, const std::string& bytes) {
  std::string out;
  AppendBytesField(number, bytes, &out);
  return out;
}

std::string Hex(const std::string& bytes) {
  std::string text;
  for (const char c : bytes) text += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return text;
}

TEST(FeedJson, AFeedIsWrittenAsPythonWritesIt) {
  EXPECT_EQ(
      FeedJson(FeedOf(std::string(kHeader) + R"(entity { id: "1" vehicle {
        trip { trip_id: "T" start_time: "24:10:00" start_date: "20260131" schedule_relationship: SCHEDULED
               route_id: "R" direction_id: 0 }
        position { latitude: 28.066221 longitude: -82 bearing: 180 odometer: 1234.5 speed: 0.1 }
        current_stop_sequence: 3 current_status: STOPPED_AT timestamp: 1699999999 stop_id: "S"
        vehicle { id: "V" label: "Bus \"1\"" wheelchair_accessible: WHEELCHAIR_ACCESSIBLE }
        multi_carriage_details { id: "C1" occupancy_percentage: -1 carriage_sequence: 1 }
        multi_carriage_details { id: "C2" occupancy_status: FULL } } })")),
      R"({"header":{"gtfs_realtime_version":"2.0","incrementality":"FULL_DATASET","timestamp":"1700000000"},)"
      R"("entity":[{"id":"1","vehicle":{"trip":{"trip_id":"T","start_time":"24:10:00","start_date":"20260131",)"
      R"("schedule_relationship":"SCHEDULED","route_id":"R","direction_id":0},)"
      R"("position":{"latitude":28.066221,"longitude":-82.0,"bearing":180.0,"odometer":1234.5,"speed":0.1},)"
      R"("current_stop_sequence":3,"current_status":"STOPPED_AT","timestamp":"1699999999","stop_id":"S",)"
      R"("vehicle":{"id":"V","label":"Bus \"1\"","wheelchair_accessible":"WHEELCHAIR_ACCESSIBLE"},)"
      R"("multi_carriage_details":[{"id":"C1","occupancy_percentage":-1,"carriage_sequence":1},)"
      R"({"id":"C2","occupancy_status":"FULL"}]}}]})");
}

TEST(FeedJson, TripUpdatesAlertsAndTheRest) {
  EXPECT_EQ(
      EntityJson(EntityOf(R"(id: "t" is_deleted: false trip_update { trip { trip_id: "T" }
        stop_time_update { stop_sequence: 1 arrival { delay: -60 time: 1700000000 uncertainty: 0 } }
        stop_time_update { stop_id: "S" schedule_relationship: SKIPPED } timestamp: 0 delay: 5 })")),
      R"({"id":"t","is_deleted":false,"trip_update":{"trip":{"trip_id":"T"},"stop_time_update":[)"
      R"({"stop_sequence":1,"arrival":{"delay":-60,"time":"1700000000","uncertainty":0}},)"
      R"({"stop_id":"S","schedule_relationship":"SKIPPED"}],"timestamp":"0","delay":5}})");
  EXPECT_EQ(
      EntityJson(EntityOf(R"(id: "a" alert { active_period { start: 1 end: 18446744073709551615 }
        impact_period { } informed_entity { agency_id: "A" route_type: 3 } cause: SPECIAL_EVENT
        header_text { translation { text: "Grève" language: "fr" } }
        cause_detail { translation { language: "en" text: "" } } })")),
      R"({"id":"a","alert":{"active_period":[{"start":"1","end":"18446744073709551615"}],"impact_period":[{}],)"
      R"("informed_entity":[{"agency_id":"A","route_type":3}],"cause":"SPECIAL_EVENT",)"
      R"("header_text":{"translation":[{"text":"Grève","language":"fr"}]},)"
      R"("cause_detail":{"translation":[{"text":"","language":"en"}]}}})");
  EXPECT_EQ(
      EntityJson(EntityOf(R"(id: "m" trip_modifications {
              selected_trips { trip_ids: "a" trip_ids: "b" shape_id: "s" } start_times: "08:00:00"
              modifications { propagated_modification_delay: 0 last_modified_time: 7 } })")),
      R"({"id":"m","trip_modifications":{"selected_trips":[{"trip_ids":["a","b"],"shape_id":"s"}],)"
      R"("start_times":["08:00:00"],)"
      R"("modifications":[{"propagated_modification_delay":0,"last_modified_time":"7"}]}})");
}

TEST(FeedJson, UnsetFieldsAreAbsentAndDefaultsThatAreSetAreThere) {
  EXPECT_EQ(EntityJson(EntityOf(R"(id: "" vehicle { })")), R"({"id":"","vehicle":{}})");
  EXPECT_EQ(
      EntityJson(EntityOf(R"(id: "1" vehicle { current_status: IN_TRANSIT_TO position {
              latitude: 0 longitude: 0 } occupancy_status: EMPTY current_stop_sequence: 0 })")),
      R"({"id":"1","vehicle":{"position":{"latitude":0.0,"longitude":0.0},"current_stop_sequence":0,)"
      R"("current_status":"IN_TRANSIT_TO","occupancy_status":"EMPTY"}})");
  EXPECT_EQ(FeedJson(FeedOf(std::string(kHeader))),
            R"({"header":{"gtfs_realtime_version":"2.0","incrementality":"FULL_DATASET",)"
            R"("timestamp":"1700000000"}})");
  EXPECT_EQ(EntityJson(""), "{}");
}

TEST(FeedJson, LongIntegersMayBeNumbers) {
  const std::string entity = EntityOf(
      R"(id: "1" trip_update { trip { } stop_time_update { arrival { time: -9223372036854775808 } }
         timestamp: 18446744073709551615 })");
  EXPECT_EQ(EntityJson(entity, nullptr, {.int64_as_string = false}),
            R"({"id":"1","trip_update":{"trip":{},"stop_time_update":[{"arrival":{)"
            R"("time":-9223372036854775808}}],"timestamp":18446744073709551615}})");
}

TEST(FeedJson, NumbersThatJsonHasNotAreTexts) {
  EXPECT_EQ(EntityJson(EntityOf(
                R"(id: "1" vehicle { position { latitude: nan longitude: inf odometer: -inf } })")),
            R"({"id":"1","vehicle":{"position":{"latitude":"NaN","longitude":"Infinity",)"
            R"("odometer":"-Infinity"}}})");
}

TEST(FeedJson, BadUtf8IsRepairedCountedAndNamed) {
  Faults faults;
  const std::string entity =
      EntityOf(R"(id: "7\xff" vehicle { trip { trip_id: "Gr\xfc\xdf" } stop_id: "\xe9" })");
  EXPECT_EQ(EntityJson(entity, &faults),
            R"({"id":"7�","vehicle":{"trip":{"trip_id":"Gr��"},"stop_id":"�"}})");
  EXPECT_EQ(faults.repaired, 1);
  EXPECT_EQ(faults.count(FaultKind::kInvalidUtf8), 3);
  EXPECT_EQ(FaultsOf(entity),
            "entity 7�: id: invalid_utf8\n"
            "entity 7�: vehicle.trip.trip_id: invalid_utf8\n"
            "entity 7�: vehicle.stop_id: invalid_utf8\n");
}

TEST(FeedJson, AMissingRequiredFieldIsAFaultAndNoMore) {
  const std::string entity = EntityOf(
      R"(alert { cause_detail { translation { language: "en" } } } vehicle { position {} })");
  EXPECT_EQ(
      EntityJson(entity),
      R"({"vehicle":{"position":{}},"alert":{"cause_detail":{"translation":[{"language":"en"}]}}})");
  EXPECT_EQ(FaultsOf(entity),
            "entity #0: vehicle.position.latitude: missing_required\n"
            "entity #0: vehicle.position.longitude: missing_required\n"
            "entity #0: alert.cause_detail.translation.text: missing_required\n"
            "entity #0: id: missing_required\n");
}

// Closed enums of proto2: the field is as if unknown.
TEST(FeedJson, AnUnknownEnumNumberIsLeftOut) {
  const std::string vehicle = "\x20\x0a"s;  // current_status: 10
  const std::string entity = Field(1, "1") + Field(4, vehicle);
  EXPECT_EQ(EntityJson(entity), R"({"id":"1","vehicle":{}})");
  EXPECT_EQ(FaultsOf(entity), "entity 1: vehicle.current_status: unknown_enum (number 10)\n");
  // Negative numbers take ten bytes.
  const std::string negative = "\x20" + std::string(9, '\xff') + "\x01";
  EXPECT_EQ(FaultsOf(Field(1, "1") + Field(4, negative)),
            "entity 1: vehicle.current_status: unknown_enum (number -1)\n");
}

TEST(FeedJson, AFieldOfTheWrongTypeIsLeftOut) {
  const std::string entity = Field(1, "1") + Field(4, Field(5, "x") + "\x38\x05"s);
  EXPECT_EQ(FaultsOf(entity),
            "entity 1: vehicle.timestamp: wrong_type (wire type 2 instead of 0)\n"
            "entity 1: vehicle.stop_id: wrong_type (wire type 0 instead of 2)\n");
  EXPECT_EQ(EntityJson(entity), R"({"id":"1","vehicle":{}})");
}

TEST(FeedJson, AnUnreadableEntityIsDroppedAndTheRestGoesOut) {
  const std::string bad = Field(1, "bad") + Field(4, Field(1, "T").substr(0, 2));
  const std::string feed = FeedOf(std::string(kHeader)) + Field(2, EntityOf(R"(id: "1")")) +
                           Field(2, bad) + Field(2, EntityOf(R"(id: "3")")) + Field(2, "\x08");
  Faults faults;
  EXPECT_EQ(FeedJson(feed, &faults),
            R"({"header":{"gtfs_realtime_version":"2.0","incrementality":"FULL_DATASET",)"
            R"("timestamp":"1700000000"},"entity":[{"id":"1"},{"id":"3"}]})");
  EXPECT_EQ(faults.good, 2);
  EXPECT_EQ(faults.dropped, 2);
  ASSERT_EQ(faults.first.size(), 2u);
  EXPECT_EQ(faults.first[0].ToString(), "entity bad: malformed (at byte 0 of vehicle)");
  EXPECT_EQ(faults.first[1].ToString(), "entity #3: malformed (at byte 0)");
}

TEST(FeedJson, GroupsTooDeepDropTheEntity) {
  const auto entity = [](size_t depth) {
    return Field(1, "1") + std::string(depth, '\x7b') + std::string(depth, '\x7c');
  };
  EXPECT_EQ(EntityJson(entity(99)), R"({"id":"1"})");
  EXPECT_EQ(EntityJson(entity(100)), "");
  EXPECT_EQ(testing::CheckEntity(entity(99)), "");
  EXPECT_EQ(testing::CheckEntity(entity(100)), "");
}

// As Protobuf reads it: the last number and text count, messages merge, lists grow.
TEST(FeedJson, FieldsInAnyOrderAndTwiceMeanWhatProtobufMakesOfThem) {
  const std::string trip_a = Field(5, "R") + Field(1, "A");
  const std::string trip_b = Field(1, "B") + "\x30\x01\x30\x02"s;
  const std::string vehicle = "\x28\x07"s + Field(1, trip_a) + Field(7, "S") + "\x20\x01\x20\x63"s +
                              Field(1, trip_b) + "\x28\x08"s;
  const std::string entity = Field(4, vehicle) + Field(1, "x") + Field(1, "1");
  EXPECT_EQ(EntityJson(entity),
            R"({"id":"1","vehicle":{"trip":{"trip_id":"B","route_id":"R","direction_id":2},)"
            R"("current_status":"STOPPED_AT","timestamp":"8","stop_id":"S"}})");
  EXPECT_EQ(testing::CheckEntity(entity), "");
  const std::string update = Field(2, Field(4, "1")) + Field(1, "") + Field(2, Field(4, "2"));
  EXPECT_EQ(
      EntityJson(Field(3, update) + Field(1, "1")),
      R"({"id":"1","trip_update":{"trip":{},"stop_time_update":[{"stop_id":"1"},{"stop_id":"2"}]}})");
}

// The end that the first lacks must not be taken from the second.
TEST(FeedJson, MessagesThatMergeAreReadableEachByItself) {
  const std::string entity = Field(1, "1") + Field(4, "\x3a\x02"s) + Field(4, "xy");
  EXPECT_EQ(EntityJson(entity), "");
  EXPECT_EQ(testing::CheckEntity(entity), "");
}

TEST(FeedJson, UnknownFieldsAreLeftOutAndCounted) {
  const std::string trip = Field(1, "T") + Field(1001, "x") + Field(1001, "y");
  Faults faults;
  EXPECT_EQ(EntityJson(Field(1, "1") + Field(3, Field(1, trip) + "\x38\x01"s), &faults),
            R"({"id":"1","trip_update":{"trip":{"trip_id":"T"}}})");
  EXPECT_EQ(faults.good, 1);  // no fault
  ASSERT_EQ(faults.unknown_fields.size(), 2u);
  EXPECT_EQ(faults.unknown_fields[0].ToString(), "TripDescriptor.1001");
  EXPECT_EQ(faults.unknown_fields[0].count, 2);
  EXPECT_EQ(faults.unknown_fields[1].ToString(), "TripUpdate.7");
}

TEST(FeedJson, RawExtensionsLoseNothing) {
  const std::string raw = "\x38\x01"s + Field(1001, "x") + Field(1001, "y");
  const std::string update = Field(1, Field(1, "T")) + raw;
  const std::string json = EntityJson(Field(1, "1") + Field(3, update) + "\x10\x02\x10\x01"s,
                                      nullptr, {.raw_extensions = true});
  // "[7]": 38 01; "[1001]": ca 3e 01 78 ca 3e 01 79
  EXPECT_EQ(json, R"({"id":"1","is_deleted":true,"trip_update":{"trip":{"trip_id":"T"},)"
                  R"("[7]":"OAE=","[1001]":"yj4BeMo+AXk="}})");
  // An enum number that the schema does not know, a field of the wrong type, a field of the feed itself.
  EXPECT_EQ(
      EntityJson(Field(1, "1") + Field(4, "\x20\x0a\x38\x05"s), nullptr, {.raw_extensions = true}),
      R"({"id":"1","vehicle":{"[4]":"IAo=","[7]":"OAU="}})");
  EXPECT_EQ(FeedJson(Field(1, Field(1001, "x")) +
                         Field(2,
                               "\x0a\x01"
                               "1"s) +
                         Field(9000, "z"),
                     nullptr, {.raw_extensions = true}),
            R"({"header":{"[1001]":"yj4BeA=="},"entity":[{"id":"1"}],"[9000]":"wrIEAXo="})");
}

TEST(FeedJson, AnEntityThatIsTooLargeIsDropped) {
  Faults faults;
  const std::string entity = EntityOf(R"(id: "1234567890" vehicle { stop_id: "1234567890" })");
  const size_t size = EntityJson(entity).size();
  EXPECT_EQ(EntityJson(entity, &faults, {.max_bytes = size}).size(), size);
  EXPECT_EQ(EntityJson(entity, &faults, {.max_bytes = size - 1}), "");
  EXPECT_EQ(faults.count(FaultKind::kTooLarge), 1);
  // What the schema does not name is written last.
  const std::string extended = entity + Field(1001, std::string(100, 'x'));
  EXPECT_EQ(EntityJson(extended, &faults, {.raw_extensions = true, .max_bytes = size + 100}), "");
  EXPECT_EQ(faults.count(FaultKind::kTooLarge), 2);
}

// A server's garbage must not fill the log.
TEST(FeedJson, AFaultNamesAnEntityInAFewBytes) {
  Faults faults;
  EXPECT_EQ(EntityJson(Field(1, std::string(1000, '\xff')), &faults, {.max_bytes = 999}), "");
  ASSERT_EQ(faults.first.size(), 1u);
  EXPECT_EQ(faults.first[0].kind, FaultKind::kTooLarge);
  EXPECT_EQ(faults.first[0].entity.size(), 300u);  // a hundred bytes, each now U+FFFD
}

TEST(FeedJson, HeadersThatAreMissingBrokenOrThere) {
  const std::string entity = Field(2, Field(1, "1"));
  Faults faults;
  EXPECT_EQ(FeedJson(entity, &faults), R"({"entity":[{"id":"1"}]})");
  EXPECT_EQ(faults.first.at(0).ToString(), "header: header: missing_required");
  faults = {};
  EXPECT_EQ(FeedJson(Field(1, "\x0a") + entity, &faults), R"({"header":{},"entity":[{"id":"1"}]})");
  EXPECT_EQ(faults.first.at(0).ToString(), "header: malformed");
  faults = {};
  EXPECT_EQ(FeedJson(Field(1, "\x18\x05"s) + entity + Field(1, Field(1, "2.0")), &faults),
            R"({"header":{"gtfs_realtime_version":"2.0","timestamp":"5"},"entity":[{"id":"1"}]})");
  EXPECT_EQ(faults.total(), 0);
}

TEST(FeedJson, FaultsAreCountedExactlyAndAFewAreKept) {
  Faults faults;
  std::string out;
  for (size_t i = 0; i < 100; ++i) AppendEntityJson(Field(1, "\xff"), i, {}, &faults, &out);
  EXPECT_EQ(faults.count(FaultKind::kInvalidUtf8), 100);
  EXPECT_EQ(faults.first.size(), Faults::kMostFaults);
  for (uint32_t i = 100; i < 300; ++i) AppendEntityJson(Field(i, ""), 0, {}, &faults, &out);
  EXPECT_EQ(faults.unknown_fields.size(), Faults::kMostUnknownFields);
}

// Entities whose bytes were changed at random mean what Protobuf's own parser makes of them, or are dropped
// where it gives up.
TEST(FeedJson, MeansWhatProtobufReadsInBytesChangedAtRandom) {
  const std::string entities[] = {
      EntityOf(R"(id: "1" vehicle { trip { trip_id: "T" route_id: "R" direction_id: 1 }
        position { latitude: 1.5 longitude: 2 } current_status: STOPPED_AT timestamp: 1700000000
        vehicle { id: "V" } multi_carriage_details { id: "C" } occupancy_percentage: 300 })"),
      EntityOf(R"(id: "2" trip_update { trip { trip_id: "T" modified_trip { start_time: "1" } }
        stop_time_update { stop_sequence: 1 arrival { delay: -60 time: 1700000000 } }
        stop_time_update { stop_id: "S" stop_time_properties { pickup_type: NONE } } timestamp: 3 })"),
      EntityOf(
          R"(id: "3" alert { active_period { start: 1 } informed_entity { trip { trip_id: "x" } }
        header_text { translation { text: "a" } translation { text: "b" } } severity_level: INFO })"),
  };
  Random random(3);
  for (int i = 0; i < 60'000; ++i) {
    std::string bytes = entities[random.Below(3)];
    for (int change = random.Below(4); change >= 0; --change) {
      const auto at = static_cast<size_t>(random.Below(static_cast<int>(bytes.size())));
      switch (random.Below(4)) {
        case 0: bytes[at] = static_cast<char>(random.Next()); break;
        case 1: bytes[at] ^= static_cast<char>(1 << random.Below(8)); break;
        case 2: bytes.erase(at, 1); break;
        default: bytes += bytes.substr(at, static_cast<size_t>(random.Below(20))); break;
      }
      if (bytes.empty()) bytes = "x";
    }
    ASSERT_EQ(testing::CheckEntity(bytes), "") << i << ": " << Hex(bytes);
  }
}

}  // namespace
}  // namespace sluice::gtfs
