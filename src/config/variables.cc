// SPDX-License-Identifier: Apache-2.0
#include "config/variables.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "config/nearest.h"
#include "core/ascii.h"

namespace sluice::config {

namespace {

// Variables may refer to variables; deeper than this it is a circle.
constexpr int kMaxDepth = 8;

bool IsNameCharacter(char c) { return IsLetterOrDigit(c) || c == '_'; }

std::string_view Trim(std::string_view text) {
  const char* blank = " \t\r";
  const size_t begin = text.find_first_not_of(blank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(blank) - begin + 1);
}

// The value of a .env line: quotes taken off, else cut at " #". The answer is empty, or what is wrong.
std::string DotEnvValue(std::string_view text, std::string& value) {
  text = Trim(text);
  if (text.empty() || (text.front() != '"' && text.front() != '\'')) {
    value = Trim(text.substr(0, text.find(" #")));
    return {};
  }
  const size_t end = text.find(text.front(), 1);
  if (end == std::string_view::npos) return "the quote is not closed";
  const std::string_view rest = Trim(text.substr(end + 1));
  if (!rest.empty() && rest.front() != '#') {
    return "expected nothing behind the closing quote but a comment";
  }
  value = text.substr(1, end - 1);
  return {};
}

// Position just behind the brace that closes the one before `begin`; npos if there is none.
size_t ClosingBrace(std::string_view text, size_t begin) {
  int open = 1;
  for (size_t i = begin; i < text.size(); ++i) {
    if (text[i] == '{') ++open;
    if (text[i] == '}' && --open == 0) return i;
  }
  return std::string_view::npos;
}

}  // namespace

bool IsVariableName(std::string_view name) {
  return !name.empty() && name[0] >= 'A' && name[0] <= 'Z' &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return (c >= 'A' && c <= 'Z') || IsDigit(c) || c == '_'; });
}

bool IsSecretVariable(std::string_view name) {
  const std::string lower = ToLower(name);
  for (const char* word :
       {"secret", "password", "passwd", "passphrase", "token", "key", "credential", "jaas"}) {
    if (lower.find(word) != std::string::npos) return true;
  }
  return false;
}

Variables::Variables(const std::map<std::string, std::string>& environment, Places places)
    : places_(std::move(places)) {
  for (const auto& [name, value] : environment) variables_[name] = {value, "environment"};
}

void Variables::Add(const std::string& name, Variable variable) {
  own_names_.push_back(name);
  variables_.emplace(name, std::move(variable));
}

Expansion Variables::Expand(std::string_view text, bool secret) const {
  Expansion out;
  ExpandInto(text, 0, secret, out);
  return out;
}

void Variables::ExpandInto(std::string_view text, int depth, bool secret, Expansion& out) const {
  while (true) {
    const size_t at = text.find("${");
    if (at == std::string_view::npos) break;
    if (at > 0 && text[at - 1] == '$') {  // "$${" stands for "${"
      out.text += text.substr(0, at - 1);
      out.text += "${";
      text.remove_prefix(at + 2);
      continue;
    }
    out.text += text.substr(0, at);
    const size_t end = ClosingBrace(text, at + 2);
    if (end == std::string_view::npos) {
      out.errors.emplace_back("'${' without its '}' (write $${ for a literal ${)");
      return;
    }
    Substitute(text.substr(at + 2, end - at - 2), depth, secret, out);
    text.remove_prefix(end + 1);
  }
  out.text += text;
}

void Variables::Substitute(std::string_view reference, int depth, bool secret,
                           Expansion& out) const {
  const size_t dash = reference.find(":-");
  const std::string name(reference.substr(0, dash));
  if (name.empty() || !std::all_of(name.begin(), name.end(), IsNameCharacter)) {
    out.errors.push_back(fmt::format(
        "'${{{}}}' is no reference to a variable: expected ${{NAME}} or ${{NAME:-default}}",
        reference));
    return;
  }
  const auto found = variables_.find(name);
  if (found == variables_.end() && dash == std::string_view::npos) {
    out.errors.push_back(fmt::format("variable {} is not defined{}: {}", name, NearestHint(name),
                                     Remedy(name, secret)));
    ++out.undefined;
    return;
  }
  if (depth >= kMaxDepth) {
    out.errors.push_back(fmt::format("variable {} refers to itself", name));
    return;
  }
  const size_t begin = out.text.size();
  if (found == variables_.end()) {
    out.used.push_back(fmt::format("{}: default", name));
    ExpandInto(reference.substr(dash + 2), depth + 1, secret, out);
    NoteSecret(name, begin, out);
    out.secret_default |= IsSecretVariable(name) && out.text.size() > begin;
    return;
  }
  out.looked_up = true;
  out.used.push_back(fmt::format("{}: {}", name, found->second.origin));
  // What comes from the environment is taken as it is: a password may hold "${".
  if (found->second.origin == "environment") {
    out.text += found->second.value;
  } else {
    ExpandInto(found->second.value, depth + 1, secret, out);
  }
  NoteSecret(name, begin, out);
}

std::string Variables::Remedy(const std::string& name, bool secret) const {
  if (secret || IsSecretVariable(name)) return fmt::format("set it {}", places_.secret);
  return fmt::format("set it {}, or write ${{{}:-default}}", places_.any, name);
}

// What a variable of that name has added to the text since `begin`.
void Variables::NoteSecret(std::string_view name, size_t begin, Expansion& out) {
  if (!IsSecretVariable(name)) return;
  out.secret = true;
  if (out.text.size() > begin) out.secrets.push_back(out.text.substr(begin));
}

std::string Variables::NearestHint(std::string_view name) const {
  const std::string nearest = NearestName(name, own_names_);
  return nearest.empty() ? "" : fmt::format(" (did you mean {}?)", nearest);
}

DotEnv ParseDotEnv(std::string_view text) {
  DotEnv result;
  int number = 0;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    std::string_view line = Trim(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    ++number;
    if (line.empty() || line.front() == '#') continue;
    if (line.starts_with("export ")) line = Trim(line.substr(7));
    const size_t equals = line.find('=');
    const std::string_view name = Trim(line.substr(0, equals));
    if (equals == std::string_view::npos || name.empty() ||
        !std::all_of(name.begin(), name.end(), IsNameCharacter)) {
      result.broken.push_back({number, "expected NAME=VALUE or a comment"});
      continue;
    }
    DotEnvLine found{std::string(name), "", number};
    std::string wrong = DotEnvValue(line.substr(equals + 1), found.value);
    const auto first = std::ranges::find(result.lines, found.name, &DotEnvLine::name);
    if (first != result.lines.end()) {
      wrong = fmt::format("{} is set twice; first in line {}", found.name, first->line);
    }
    if (!wrong.empty()) {
      result.broken.push_back({number, std::move(wrong)});
      continue;
    }
    result.lines.push_back(std::move(found));
  }
  return result;
}

}  // namespace sluice::config
