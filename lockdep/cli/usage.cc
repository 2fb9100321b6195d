#include "lockdep/cli/usage.h"

#include <CLI/CLI.hpp>
#include <memory>

namespace lockdep::cli {
namespace {

// Wide enough for an option with the values that it takes.
constexpr size_t kOptionColumn = 43;

class UsageFormatter final : public CLI::Formatter {
 public:
  explicit UsageFormatter(const std::string& usage) : usage_(usage) { column_width(kOptionColumn); }

  std::string make_usage(const CLI::App*, std::string) const override {
    return "Usage: " + usage_ + "\n";
  }

 private:
  const std::string usage_;
};

}  // namespace

void SetUsage(CLI::App& app, const std::string& usage) {
  app.formatter(std::make_shared<UsageFormatter>(usage));
}

}  // namespace lockdep::cli
