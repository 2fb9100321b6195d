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

std::string CheckFileName(const std::string& name) {
  return name.empty() ? "the name of the file is empty" : "";
}

}  // namespace

CLI::Option* TakesFile(CLI::Option* option) {
  return option->type_name("FILE")->check(CLI::Validator(CheckFileName, /*description=*/""));
}

void SetUsage(CLI::App& app, const std::string& usage) {
  app.formatter(std::make_shared<UsageFormatter>(usage));
}

}  // namespace lockdep::cli
