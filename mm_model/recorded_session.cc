#include "mm_model/recorded_session.h"

#include <cstring>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lockdep/order/load.h"

namespace mm_model {

absl::StatusOr<lockdep::order::OrderSet> LoadDeclaredOrder(const std::vector<std::string>& orders) {
  auto files = lockdep::order::LoadOrders(orders);
  if (!files.ok()) return files.status();
  return lockdep::order::OrderSet::Make(*std::move(files));
}

absl::StatusOr<std::unique_ptr<RecordedSession>> RecordedSession::Open(const Options& options) {
  lockdep::order::OrderSet order;
  if (!options.orders.empty()) {
    auto loaded = LoadDeclaredOrder(options.orders);
    if (!loaded.ok()) return loaded.status();
    order = *std::move(loaded);
  }
  std::unique_ptr<RecordedSession> session(new RecordedSession(options, std::move(order)));
  if (absl::Status started = session->Start(); !started.ok()) return started;
  return session;
}

absl::Status RecordedSession::Start() {
  const int error = recorder_.Open(options_.path.c_str(), options_.command.c_str());
  if (error != 0) return WriteError(error);
  validator_ = std::make_unique<lockdep::Validator>(lockdep::Validator::Config{
      .observer = &log_, .stacks = &stacks_, .declared_order = declared_order()});
  runner_ = std::make_unique<Runner>(*validator_);
  return absl::OkStatus();
}

absl::Status RecordedSession::Finish() {
  const lockdep::ValidatorStats stats = validator_->Stats();
  recorder_.FlushChains();
  recorder_.WriteTotals({.lock_operations = stats.acquisitions,
                         .locks = runner_->locks_taken(),
                         .chains = stats.chains});
  recorder_.WriteEnd();
  recorder_.Close();
  const int error = recorder_.failed_errno();
  return error == 0 ? absl::OkStatus() : WriteError(error);
}

absl::Status RecordedSession::WriteError(int error) const {
  return absl::UnavailableError(
      absl::StrCat(options_.path, ": cannot be written: ", std::strerror(error)));
}

}  // namespace mm_model
