// SPDX-License-Identifier: Apache-2.0
//
// The sluice command: reads arguments and calls the command that they name (docs/cli.md).
#include <CLI/CLI.hpp>

#include <cstdio>
#include <memory>
#include <string>

#include "cli/decode_command.h"
#include "cli/demo_command.h"
#include "cli/exit_code.h"
#include "cli/run_command.h"
#include "cli/table_command.h"
#include "config/key_reference.h"
#include "core/version.h"

namespace sluice::cli {
namespace {

// Set by the chosen command's callback.
int g_exit_code = kExitOk;

void AddRun(CLI::App& app) {
  auto* run =
      app.add_subcommand("run", "run a job until it ends or is told to stop (Ctrl-C, SIGTERM)");
  auto config = std::make_shared<std::string>();
  run->add_option("CONFIG", *config, "YAML file of the job")->required();
  run->callback([config] { g_exit_code = RunCommand(*config); });
}

void AddCheck(CLI::App& app) {
  auto* check = app.add_subcommand(
      "check", "check a configuration and print what it comes to; connects to nothing");
  auto config = std::make_shared<std::string>();
  auto schema = std::make_shared<bool>(false);
  auto keys = std::make_shared<bool>(false);
  check->add_option("CONFIG", *config, "YAML file of the job");
  check->add_flag("--schema", *schema, "print the JSON Schema of configurations");
  check->add_flag("--keys", *keys, "print all keys as Markdown tables")->group("");
  check->callback([config, schema, keys] {
    if (!*schema && !*keys && config->empty()) throw CLI::RequiredError("CONFIG");
    if (*schema) std::fputs(config::KeySchema().c_str(), stdout);
    if (*keys) std::fputs(config::KeyMarkdown().c_str(), stdout);
    if (!config->empty()) g_exit_code = CheckCommand(*config);
  });
}

void AddDemo(CLI::App& app) {
  auto* demo = app.add_subcommand("demo", "a simulated city, a broker and a job in one process");
  auto arguments = std::make_shared<DemoArguments>();
  demo->add_option("--vehicles", arguments->vehicles, "vehicles of the city")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  demo->add_option("--seed", arguments->seed, "the same seed makes the same city")
      ->capture_default_str();
  demo->add_option("--rate", arguments->rate, "feed messages a second")
      ->check(CLI::Range(0.01, 1000.0))
      ->capture_default_str();
  demo->add_option("--for", arguments->duration,
                   "end after this time, such as '30 seconds'; without it at Ctrl-C");
  demo->add_option("--dir", arguments->dir, "directory of the table and its checkpoint")
      ->capture_default_str();
  demo->add_option("--config", arguments->config, "another configuration for the job");
  demo->add_option("--listen", arguments->listen,
                   "address:port of the metrics instead of the configuration's");
  demo->callback([arguments] { g_exit_code = DemoCommand(*arguments); });
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
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  history->add_option("--checkpoint", arguments->checkpoint,
                      "checkpoint directory: adds each batch's offsets");
  auto* files = add("files", "live data files with their statistics", FilesCommand);
  files->add_option("--version", arguments->version, "of this version instead of the newest");
  auto* show = add("show", "the first rows", ShowCommand);
  show->add_option("--limit", arguments->limit, "most rows to show")
      ->check(CLI::PositiveNumber)
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

// What to say if a word stands where a command must and is none; empty if all is well.
std::string UnknownCommand(const CLI::App& app, int argc, char** argv) {
  const CLI::App* at = &app;
  for (int i = 1; i < argc && at->get_require_subcommand_min() > 0 && argv[i][0] != '-'; ++i) {
    std::string names;
    const CLI::App* next = nullptr;
    for (const CLI::App* sub : at->get_subcommands([](const CLI::App*) { return true; })) {
      names += (names.empty() ? "" : ", ") + sub->get_name();
      if (sub->get_name() == argv[i]) next = sub;
    }
    if (next == nullptr) {
      return std::string("there is no command ") + argv[i] + "; known to `" + at->get_name() +
             "` are " + names;
    }
    at = next;
  }
  return "";
}

int Main(int argc, char** argv) {
  CLI::App app("Sluice: a Kafka topic of JSON into a Delta table, exactly once", "sluice");
  app.set_version_flag("--version", std::string("sluice ") + kVersion);
  app.require_subcommand(1);
  AddRun(app);
  AddCheck(app);
  AddDemo(app);
  AddTable(app);
  AddDecode(app);
  app.add_subcommand("version", "print the release")->callback([] {
    std::printf("sluice %s\n", kVersion);
  });
  app.footer(
      "Exit codes: 0 done or stopped on request, 1 stopped by an error, 2 configuration or usage,\n"
      "3 another process works on the same query.");
  const std::string unknown = UnknownCommand(app, argc, argv);
  if (!unknown.empty()) {
    std::fprintf(stderr, "%s\n", unknown.c_str());
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
