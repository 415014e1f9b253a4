// SPDX-License-Identifier: Apache-2.0
//
// The sluice command: reads arguments and calls the command that they name (docs/cli.md).
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cli/decode_command.h"
#include "cli/demo_command.h"
#include "cli/doctor_command.h"
#include "cli/exit_code.h"
#include "cli/feed_command.h"
#include "cli/last_words.h"
#include "cli/monitoring_command.h"
#include "cli/produce_command.h"
#include "cli/run_command.h"
#include "cli/simulate_command.h"
#include "cli/table_command.h"
#include "config/key_reference.h"
#include "config/key_table.h"
#include "config/nearest.h"
#include "core/version.h"

namespace sluice::cli {
namespace {

// Set by the chosen command's callback.
int g_exit_code = kExitOk;

// CLI11's own for this tell the upper end in 309 digits.
CLI::Validator AtLeast(int64_t least) {
  return CLI::Validator(
      [least](std::string& word) {
        int64_t number = 0;
        return CLI::detail::lexical_cast(word, number) && number >= least
                   ? std::string()
                   : fmt::format("expected a whole number, at least {}", least);
      },
      fmt::format(">= {}", least));
}

// A minus sign would be taken for a seed of 20 digits.
CLI::Validator NotNegative() {
  return CLI::Validator(
      [](std::string& word) {
        return word.starts_with('-') ? std::string("expected a whole number, at least 0")
                                     : std::string();
      },
      ">= 0");
}

void AddRun(CLI::App& app) {
  auto* run =
      app.add_subcommand("run", "run a job until it ends or is told to stop (Ctrl-C, SIGTERM)");
  auto config = std::make_shared<std::string>();
  run->add_option("CONFIG", *config, "YAML file of the job")->required();
  run->callback([config] { g_exit_code = RunCommand(*config); });
}

void AddProduce(CLI::App& app) {
  auto* produce = app.add_subcommand(
      "produce", "GTFS-Realtime feeds into a Kafka topic, until told to stop (Ctrl-C, SIGTERM)");
  auto arguments = std::make_shared<ProduceArguments>();
  auto check = std::make_shared<bool>(false);
  auto schema = std::make_shared<bool>(false);
  auto keys = std::make_shared<bool>(false);
  produce->add_option("CONFIG", arguments->config, "YAML file of the producer");
  produce->add_flag("--check", *check, "check it and print what it comes to; connects to nothing");
  produce->add_option("--speed", arguments->speed, "replays: so many times faster than recorded")
      ->check(CLI::Range(0.001, 100000.0))
      ->capture_default_str();
  produce->add_flag("--loop", arguments->loop, "replays: begin again at the end");
  produce->add_option("--for", arguments->duration,
                      "end after this time, such as '30 seconds'; without it at Ctrl-C");
  produce->add_option("--listen", arguments->listen,
                      "address:port of the live page and metrics, instead of the configuration's");
  produce->add_flag("--schema", *schema, "print the JSON Schema of a producer's configuration");
  produce->add_flag("--keys", *keys, "print all keys as Markdown tables")->group("");
  produce->callback([arguments, check, schema, keys] {
    if (*schema) return PrintProducerSchema();
    if (*keys) return PrintProducerKeys();
    if (arguments->config.empty()) throw CLI::RequiredError("CONFIG");
    g_exit_code = *check ? CheckProducer(arguments->config) : ProduceCommand(*arguments);
  });
}

void AddCheck(CLI::App& app) {
  auto* check = app.add_subcommand(
      "check", "check a configuration and print what it comes to; connects to nothing");
  auto config = std::make_shared<std::string>();
  auto schema = std::make_shared<bool>(false);
  auto keys = std::make_shared<bool>(false);
  check->add_option("CONFIG", *config, "YAML file of a job or a producer");
  check->add_flag("--schema", *schema, "print the JSON Schema of a job's configuration");
  check->add_flag("--keys", *keys, "print all keys as Markdown tables")->group("");
  check->callback([config, schema, keys] {
    if (!*schema && !*keys && config->empty()) throw CLI::RequiredError("CONFIG");
    if (*schema) std::fputs(config::KeySchema(config::JobKeys()).c_str(), stdout);
    if (*keys) std::fputs(config::KeyMarkdown(config::JobKeys()).c_str(), stdout);
    if (!config->empty()) g_exit_code = CheckCommand(*config);
  });
}

void AddDoctor(CLI::App& app) {
  auto* doctor = app.add_subcommand(
      "doctor", "check from this machine all that a job or a producer needs; changes nothing");
  auto arguments = std::make_shared<DoctorArguments>();
  doctor->add_option("CONFIG", arguments->config, "YAML file of the job or the producer")
      ->required();
  doctor->add_option("--prometheus", arguments->places.prometheus, "Prometheus' address")
      ->capture_default_str();
  doctor->add_option("--alertmanager", arguments->places.alertmanager, "Alertmanager's address")
      ->capture_default_str();
  doctor->add_option("--slack-webhook-file", arguments->places.slack_webhook_file,
                     "file with Slack's webhook; without it the one that Alertmanager reads, or "
                     "monitoring/slack_webhook_url beside the configuration");
  doctor->add_flag("--send-test", arguments->places.send_test,
                   "send one test message to Slack, through Alertmanager if it runs");
  doctor->add_flag("--json", arguments->json, "JSON instead of text");
  doctor->callback([arguments] { g_exit_code = DoctorCommand(*arguments); });
}

void AddDemo(CLI::App& app) {
  auto* demo =
      app.add_subcommand("demo", "a simulated city, a producer, a broker and a job in one process");
  auto arguments = std::make_shared<DemoArguments>();
  demo->add_option("--vehicles", arguments->vehicles, "vehicles of the city")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  demo->add_option("--seed", arguments->seed, "the same seed makes the same city")
      ->check(NotNegative())
      ->capture_default_str();
  demo->add_option("--rate", arguments->rate,
                   "how often a second the producer asks; the city has a new feed every second")
      ->check(CLI::Range(0.01, 1000.0))
      ->capture_default_str();
  demo->add_option("--for", arguments->duration,
                   "end after this time, such as '30 seconds'; without it at Ctrl-C");
  demo->add_option("--dir", arguments->dir, "directory of the table and its checkpoint")
      ->capture_default_str();
  demo->add_option("--config", arguments->config, "another configuration for the job");
  demo->add_option("--listen", arguments->listen,
                   "address:port of the live page and metrics, instead of the configuration's");
  demo->callback([arguments] { g_exit_code = DemoCommand(*arguments); });
}

void AddSimulate(CLI::App& app) {
  auto* simulate = app.add_subcommand(
      "simulate", "a simulated city over HTTP, with every fault that feeds have");
  auto arguments = std::make_shared<SimulateArguments>();
  simulate->add_option("--listen", arguments->listen, "address:port; port 0 takes a free one")
      ->capture_default_str();
  simulate->add_option("--vehicles", arguments->vehicles, "vehicles of the city")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  simulate->add_option("--seed", arguments->seed, "the same seed makes the same city")
      ->check(NotNegative())
      ->capture_default_str();
  simulate->add_option("--feeds", arguments->feeds, "further cities under /f01, /f02, ...")
      ->check(CLI::Range(0, 1000))
      ->capture_default_str();
  simulate->add_option("--speed", arguments->speed, "seconds in the city for each of ours")
      ->check(CLI::Range(0.001, 100000.0))
      ->capture_default_str();
  simulate
      ->add_option("--refresh", arguments->refresh_seconds,
                   "seconds in the city between one feed and the next")
      ->check(CLI::Range(1, 3600))
      ->capture_default_str();
  simulate->add_option(
      "--start", arguments->start,
      "what time it is there at the start, as 2026-01-01T08:00:00Z; without it now");
  simulate->add_option("--clock", arguments->clock,
                       "what its clocks show at the start, as 08:00; without it UTC");
  simulate->add_option("--faults", arguments->faults,
                       "what goes wrong when: '10m-12m: 500; f03 30m-31m: frozen', or @FILE");
  // From the environment it stands in no process list.
  simulate
      ->add_option("--api-key", arguments->api_key,
                   "ask for this key: header x-api-key or parameter key")
      ->envname("SLUICE_SIMULATE_API_KEY");
  simulate->add_option("--for", arguments->duration,
                       "end after this time, such as '30 seconds'; without it at Ctrl-C");
  simulate->callback([arguments] { g_exit_code = SimulateCommand(*arguments); });
}

void AddFeed(CLI::App& app) {
  auto* feed = app.add_subcommand("feed", "look at one GTFS-Realtime feed; without Kafka");
  feed->require_subcommand(1);
  auto arguments = std::make_shared<FeedArguments>();
  const auto add = [&](const char* name, const char* what, int (*command)(const FeedArguments&),
                       std::vector<std::string> modes) {
    auto* sub = feed->add_subcommand(name, what);
    sub->add_option("SOURCE", arguments->source, "URL, file, or - for standard input")->required();
    sub->add_option("--header", arguments->headers,
                    "'Name: value' of the request; ${NAME} in it and in the URL is looked up")
        ->allow_extra_args(false);
    sub->add_option("--mode", arguments->mode, "how the producer would write it")
        ->check(CLI::IsMember(std::move(modes)))
        ->capture_default_str();
    sub->add_option("--max-entities", arguments->max_entities, "of a chunk")
        ->check(AtLeast(1))
        ->capture_default_str();
    sub->add_option("--max-bytes", arguments->max_bytes, "of a message")
        ->check(CLI::Range(1000, 1'000'000'000))
        ->capture_default_str();
    sub->add_flag("--int64-as-number", arguments->int64_as_number, "instead of as text");
    sub->add_flag("--raw-extensions", arguments->raw_extensions,
                  "fields that the schema does not name, as base64 under \"[number]\"");
    sub->callback([arguments, command] { g_exit_code = command(*arguments); });
    return sub;
  };
  add("inspect", "what it is, what is wrong with it, what the producer would do",
      InspectFeedCommand, {"feed", "entity", "chunk"})
      ->add_flag("--json", arguments->json, "JSON instead of text");
  auto* json = add("json", "its messages as JSON, one a line", FeedJsonCommand,
                   {"feed", "entity", "chunk", "message"});
  json->add_option("--source", arguments->name, "what the messages call their source")
      ->capture_default_str();
  json->add_flag("--keys", arguments->keys, "begin each line with the key and a tab");
}

void AddTable(CLI::App& app) {
  auto* table = app.add_subcommand("table", "look at a table; never writes");
  table->require_subcommand(1);
  auto arguments = std::make_shared<TableArguments>();
  const auto add = [&](const char* name, const char* what, int (*command)(const TableArguments&)) {
    auto* sub = table->add_subcommand(name, what);
    sub->add_option("TABLE", arguments->path, "directory of the table")->required();
    sub->add_flag("--json", arguments->json, "JSON lines instead of text");
    sub->callback([arguments, command] { g_exit_code = command(*arguments); });
    return sub;
  };
  auto* history = add("history", "versions, newest first, with batch and engine", HistoryCommand);
  history->add_option("--limit", arguments->limit, "most versions to list; 0: all")
      ->check(AtLeast(0))
      ->capture_default_str();
  history->add_option("--checkpoint", arguments->checkpoint,
                      "checkpoint directory: adds each batch's offsets");
  auto* files = add("files", "live data files with their statistics", FilesCommand);
  files->add_option("--version", arguments->version, "of this version instead of the newest")
      ->check(AtLeast(0));
  auto* show = add("show", "the first rows", ShowCommand);
  show->add_option("--limit", arguments->limit, "most rows to show")
      ->check(AtLeast(1))
      ->capture_default_str();
  auto* at_offset = add("at-offset", "the version that holds a Kafka record", AtOffsetCommand);
  at_offset->add_option("--checkpoint", arguments->checkpoint, "checkpoint directory of the query")
      ->required();
  at_offset
      ->add_option("RECORD", arguments->record, "topic-partition-offset, such as dev_topic-0-1234")
      ->required();
}

// Without --schema the first positional argument is the configuration.
void AddDecode(CLI::App& app) {
  auto* decode = app.add_subcommand(
      "decode", "what a job would make of messages, without Kafka and without a table");
  auto arguments = std::make_shared<DecodeArguments>();
  decode->add_option("CONFIG", arguments->files,
                     "YAML file of the job (not with --schema), then files of messages; none or -: "
                     "standard input");
  decode->add_option("--schema", arguments->schema, "Spark DDL instead of a configuration");
  decode
      ->add_option("--option", arguments->options, "key=value of the section decode, with --schema")
      ->allow_extra_args(false);
  decode->add_option("--sql", arguments->sql, "SELECT over input, with --schema");
  decode->add_flag("--whole-file", arguments->whole_file,
                   "a file is one message; else each line is");
  decode->add_option("--format", arguments->format, "json (one row a line) or table")
      ->check(CLI::IsMember({"json", "table"}))
      ->capture_default_str();
  decode->callback([arguments] {
    if (arguments->schema.empty()) {
      if (arguments->files.empty()) throw CLI::RequiredError("CONFIG or --schema");
      if (!arguments->options.empty() || !arguments->sql.empty())
        throw CLI::RequiresError("--option and --sql", "--schema");
      arguments->config = arguments->files.front();
      arguments->files.erase(arguments->files.begin());
    }
    g_exit_code = DecodeCommand(*arguments);
  });
}

void AddMonitoring(CLI::App& app) {
  auto* monitoring =
      app.add_subcommand("monitoring", "files for Prometheus, Alertmanager (Slack) and Grafana");
  monitoring->require_subcommand(1);
  auto* generate = monitoring->add_subcommand(
      "generate", "write all of them for these jobs and producers; connects to nothing");
  auto arguments = std::make_shared<MonitoringArguments>();
  auto& at = arguments->addresses;
  generate->add_option("CONFIG", arguments->configs, "YAML files of jobs and producers")
      ->required();
  generate->add_option("--out", arguments->out, "directory to write into")->required();
  generate->add_flag("--force", arguments->force, "overwrite files that were edited");
  const auto add = [&](const char* name, std::string& url, const char* what) {
    return generate->add_option(name, url, what);
  };
  add("--prometheus", at.prometheus, "address as people open it")->capture_default_str();
  add("--alertmanager", at.alertmanager, "address as people open it")->capture_default_str();
  add("--grafana", at.grafana, "address as people open it")->capture_default_str();
  add("--runbooks", at.runbooks, "address under which runbooks/ is published");
  generate->callback([arguments] { g_exit_code = GenerateMonitoringCommand(*arguments); });
}

std::vector<std::string> CommandsOf(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(sub->get_name());
  return names;
}

// What is wrong with the words up to the command, each of which has to be one; empty if all is well.
std::string WrongCommand(const CLI::App& app, int argc, char** argv) {
  const CLI::App* at = &app;
  for (int i = 1; at->get_require_subcommand_min() > 0; ++i) {
    const std::vector<std::string> commands = CommandsOf(*at);
    const std::string known =
        fmt::format("known to `{}` are {}", at->get_name(), fmt::join(commands, ", "));
    if (i >= argc) return "a command is missing; " + known;
    const std::string word = argv[i];
    if (word == "-h" || word == "--help" || word == "--version") return "";
    if (word.starts_with('-'))
      return fmt::format("a command goes before the option {}; {}", word, known);
    if (std::ranges::find(commands, word) == commands.end()) {
      const std::string near = config::NearestName(word, commands);
      return fmt::format("there is no command {}{}; {}", word,
                         near.empty() ? "" : " (did you mean " + near + "?)", known);
    }
    at = at->get_subcommand(word);
  }
  return "";
}

int Main(int argc, char** argv) {
  SayLastWords();
  CLI::App app("Sluice: a Kafka topic of JSON into a Delta table, exactly once", "sluice");
  app.set_version_flag("--version", std::string("sluice ") + kVersion);
  app.require_subcommand(1);
  AddRun(app);
  AddCheck(app);
  AddDoctor(app);
  AddProduce(app);
  AddDemo(app);
  AddSimulate(app);
  AddFeed(app);
  AddTable(app);
  AddDecode(app);
  AddMonitoring(app);
  app.add_subcommand("version", "print the release")->callback([] {
    std::printf("sluice %s\n", kVersion);
  });
  app.footer(
      "Exit codes: 0 done or stopped on request, 1 stopped by an error, 2 configuration or usage,\n"
      "3 another process works on the same query.");
  if (const std::string wrong = WrongCommand(app, argc, argv); !wrong.empty()) {
    std::fprintf(stderr, "%s\nRun with --help for more information.\n", wrong.c_str());
    return kExitConfiguration;
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? kExitOk : kExitConfiguration;
  }
  return g_exit_code;
}

}  // namespace
}  // namespace sluice::cli

int main(int argc, char** argv) { return sluice::cli::Main(argc, argv); }
