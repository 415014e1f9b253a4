// SPDX-License-Identifier: Apache-2.0
//
// Status and Result<T>: how every function of Sluice reports failure. The kind of an error is named
// for what the caller does next; the code is a stable name for programs; the message says what
// happened, where, what was kept and what to do.
//
//   Result<int> Parse(std::string_view text);
//   Status Run() {
//     SLUICE_ASSIGN_OR_RETURN(int n, Parse("12"));
//     SLUICE_RETURN_IF_ERROR(Store(n));
//     return Status::Ok();
//   }
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace sluice {

enum class ErrorKind {
  kRetry,     // transient: the same call may succeed later
  kRebase,    // somebody else changed the table: refresh and try again
  kReject,    // this record cannot be used; the batch goes on
  kStop,      // the query must stop; nothing was lost; a person has to act
  kExit,      // the caller's input (configuration, arguments) is wrong
  kCancelled  // the caller asked to stop
};

// Success, or an error. Cheap when it is a success (one null pointer).
class [[nodiscard]] Status {
 public:
  Status() = default;
  // `code` is upper-case with underscores and dots, e.g. "KAFKA_DATA_LOSS.PARTITIONS_DELETED".
  Status(ErrorKind kind, std::string_view code, std::string message)
      : state_(std::make_unique<State>(State{kind, std::string(code), std::move(message)})) {}
  Status(const Status& other)
      : state_(other.state_ ? std::make_unique<State>(*other.state_) : nullptr) {}
  Status& operator=(const Status& other) {
    if (this != &other) state_ = other.state_ ? std::make_unique<State>(*other.state_) : nullptr;
    return *this;
  }
  Status(Status&&) noexcept = default;
  Status& operator=(Status&&) noexcept = default;

  static Status Ok() { return {}; }
  static Status Retry(std::string_view code, std::string message) {
    return {ErrorKind::kRetry, code, std::move(message)};
  }
  static Status Stop(std::string_view code, std::string message) {
    return {ErrorKind::kStop, code, std::move(message)};
  }
  static Status Exit(std::string_view code, std::string message) {
    return {ErrorKind::kExit, code, std::move(message)};
  }
  static Status Cancelled() { return {ErrorKind::kCancelled, "CANCELLED", "stopped on request"}; }

  bool ok() const { return state_ == nullptr; }
  // The three accessors below may be called only when !ok().
  ErrorKind kind() const { return state_->kind; }
  const std::string& code() const { return state_->code; }
  const std::string& message() const { return state_->message; }
  bool Is(ErrorKind kind) const { return state_ && state_->kind == kind; }

  // "OK", or "CODE: message".
  std::string ToString() const { return ok() ? "OK" : state_->code + ": " + state_->message; }

 private:
  struct State {
    ErrorKind kind;
    std::string code;
    std::string message;
  };
  std::unique_ptr<State> state_;
};

// A value, or the Status that says why there is none.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value)  // NOLINT(google-explicit-constructor)
      : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Status status)  // NOLINT(google-explicit-constructor)
      : state_(std::in_place_index<1>, std::move(status)) {}

  bool ok() const { return state_.index() == 0; }
  const Status& status() const {
    static const Status kOk;
    return ok() ? kOk : std::get<1>(state_);
  }
  // Only when ok().
  T& value() & { return std::get<0>(state_); }
  const T& value() const& { return std::get<0>(state_); }
  T&& value() && { return std::get<0>(std::move(state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

 private:
  std::variant<T, Status> state_;
};

#define SLUICE_CONCAT_INNER(a, b) a##b
#define SLUICE_CONCAT(a, b) SLUICE_CONCAT_INNER(a, b)

#define SLUICE_RETURN_IF_ERROR(expression)         \
  do {                                             \
    ::sluice::Status sluice_status = (expression); \
    if (!sluice_status.ok()) return sluice_status; \
  } while (false)

#define SLUICE_ASSIGN_OR_RETURN(declaration, expression) \
  SLUICE_ASSIGN_OR_RETURN_IMPL(SLUICE_CONCAT(sluice_result_, __LINE__), declaration, expression)
#define SLUICE_ASSIGN_OR_RETURN_IMPL(result, declaration, expression) \
  auto result = (expression);                                         \
  if (!result.ok()) return result.status();                           \
  declaration = std::move(result).value()

}  // namespace sluice
