// SPDX-License-Identifier: Apache-2.0
//
// The keys of one kind of configuration, each once: its type, default, meaning, and where its value goes.
// Reading, checks, `sluice check`, the documents and the JSON Schema all go by it.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/findings.h"

namespace sluice::config {

enum class ValueType {
  kString,
  kBool,
  kInteger,
  kDuration,    // "1 second"
  kSize,        // "512 MiB"
  kChoice,      // one of `choices`
  kStringList,  // a YAML list or a comma list
  kJson,        // a YAML map or the same as a JSON string
  kWordOrJson,  // one of `choices`, or as kJson
  kTextMap      // a YAML map of texts, some of which may be secret
};

// An entry of a kTextMap.
struct NamedText {
  std::string name;
  std::string text;
  bool secret = false;
};

// A value after its type was checked; the member that belongs to the type is set.
struct Value {
  std::string text;  // kString, kChoice (canonical), kJson and kWordOrJson (JSON text or the word)
  bool flag = false;
  int64_t number = 0;
  std::chrono::milliseconds duration{0};
  std::vector<std::string> list;
  std::vector<NamedText> map;
  std::vector<std::string> secrets;  // texts in it that no message may show
};

// A configuration under construction, as far as all kinds are alike. Each kind adds its own.
struct OutputDraft {
  MonitorOptions monitor;
  LogOptions log;
};

// Takes a value into the draft; the answer is empty, or what is wrong with it. Made out of a lambda that
// takes the draft of its kind.
class Store {
 public:
  Store() = default;
  Store(std::nullptr_t) {}  // NOLINT(google-explicit-constructor)
  template <typename D>
  Store(std::string (*store)(const Value&, D&))  // NOLINT(google-explicit-constructor)
      : store_([store](const Value& value, OutputDraft& draft) {
          return store(value, static_cast<D&>(draft));
        }) {}
  template <typename Lambda>
    requires requires(Lambda lambda) { +lambda; }
  Store(Lambda lambda) : Store(+lambda) {}  // NOLINT(google-explicit-constructor)

  std::string operator()(const Value& value, OutputDraft& draft) const {
    return store_(value, draft);
  }

 private:
  std::function<std::string(const Value&, OutputDraft&)> store_;
};

struct KeySpec {
  std::string section;  // "source", "query.trigger"; empty: at the top
  std::string name;     // Spark's spelling, where Spark has one
  ValueType type = ValueType::kString;
  std::string default_text;  // as documented; empty: none
  std::string doc;           // one sentence
  Store store = nullptr;
  std::vector<std::string> choices = {};
  int64_t minimum = std::numeric_limits<int64_t>::min();  // kInteger, kSize
  int64_t maximum = std::numeric_limits<int64_t>::max();
  bool required = false;
  bool secret = false;  // kString: never printed, and a mistake if it stands in the file itself

  std::string path() const { return section.empty() ? name : section + "." + name; }
};

// A key that users will bring along and that is not (or not yet) taken: never ignored in silence.
struct RefusedKey {
  std::string section;
  std::string name;
  std::string reason;
};

struct SectionSpec {
  std::string name;  // "query.trigger"
  std::string doc;
};

// A section that is a list of maps, each with a name, or a map by name.
struct ListSpec {
  std::string section;   // "feeds": its keys stand in the table under this name
  std::string defaults;  // the section whose keys each item may have, too
  std::string name_key;
  // Begins an item in the draft, and takes its name if that is known.
  void (*begin)(OutputDraft& draft) = nullptr;
};

struct KeySet {
  std::string title;     // of the JSON Schema
  std::string expected;  // what the document should be: "sections query, source, ..."
  std::vector<KeySpec> keys;
  std::vector<SectionSpec> sections;
  std::vector<RefusedKey> refused;
  // Options in this section beginning with kKafkaPrefix go to the Kafka client under their Java names.
  std::string client_section;
  void (*store_client)(const std::string& name, const std::string& value,
                       OutputDraft& draft) = nullptr;
  // Read after all other sections, whatever the order in the file.
  std::optional<ListSpec> list = {};
};

inline constexpr std::string_view kKafkaPrefix = "kafka.";
// True if the value of this kafka.* option (without the prefix) must never be printed.
bool IsSecretClientOption(std::string_view java_name);
// True if a header or a query parameter of this name is most likely an API key.
bool IsSecretParameter(std::string_view name);

// The keys of the sections monitor and log.
std::vector<KeySpec> OutputKeys(const std::string& default_listen, const std::string& pages);

}  // namespace sluice::config
