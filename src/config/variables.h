// SPDX-License-Identifier: Apache-2.0
//
// Variables of a configuration: ${NAME} and ${NAME:-default}, looked up in the environment, then in
// .env files, then among the upper-case scalars at the top of the YAML file. "$${" is a literal "${".
//
//   Variables variables(environment);
//   variables.Add("KAFKA_BROKER", {"localhost:9092", "config_dev.yaml:3"});
//   variables.Expand("${KAFKA_BROKER}").text;                 // "localhost:9092"
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::config {

struct Variable {
  std::string value;
  std::string origin;  // "environment", ".env:2", "config_dev.yaml:3"
};

struct Expansion {
  std::string text;
  std::vector<std::string> used;     // "KAFKA_BROKER: environment", for the origin column
  std::vector<std::string> errors;   // undefined or unfinished references
  size_t undefined = 0;              // so many of these: variables that are not defined
  std::vector<std::string> secrets;  // what variables whose names say so brought in
  bool secret = false;               // such a variable took part
  bool looked_up = false;            // a variable that has a value took part
  bool secret_default = false;       // the default of such a variable did, and is not empty
};

class Variables {
 public:
  // Where a variable can be set, as the message about one that is not says.
  struct Places {
    std::string any = "in the environment, in .env, or at the top of this file";
    std::string secret = "in the environment or in .env";
  };
  explicit Variables(const std::map<std::string, std::string>& environment)
      : Variables(environment, Places()) {}
  Variables(const std::map<std::string, std::string>& environment, Places places);
  // Earlier definitions of a name win, the environment always.
  void Add(const std::string& name, Variable variable);
  // `secret`: the text is one, which stands neither in the file nor in a default.
  Expansion Expand(std::string_view text, bool secret = false) const;

 private:
  void ExpandInto(std::string_view text, int depth, bool secret, Expansion& out) const;
  void Substitute(std::string_view reference, int depth, bool secret, Expansion& out) const;
  // What to do about a variable that is not defined.
  std::string Remedy(const std::string& name, bool secret) const;
  static void NoteSecret(std::string_view name, size_t begin, Expansion& out);
  std::string NearestHint(std::string_view name) const;

  Places places_;
  std::map<std::string, Variable> variables_;
  std::vector<std::string> own_names_;  // without the environment's, for suggestions
};

// Upper-case letters, digits and underscores, beginning with a letter.
bool IsVariableName(std::string_view name);
// True if a value under this variable name, in any case, must never be printed.
bool IsSecretVariable(std::string_view name);

struct DotEnvLine {
  std::string name;
  std::string value;
  int line = 0;
};
struct DotEnvMistake {
  int line = 0;
  std::string message;
};
struct DotEnv {
  std::vector<DotEnvLine> lines;
  std::vector<DotEnvMistake> broken;
};
// NAME=VALUE lines, "export " before them, comments, single and double quotes. A name stands once.
DotEnv ParseDotEnv(std::string_view text);

}  // namespace sluice::config
