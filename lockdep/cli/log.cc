#include "lockdep/cli/log.h"

#include <spdlog/sinks/ansicolor_sink.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "lockdep/cli/terminal.h"
#include "lockdep/report/utf8.h"

namespace lockdep::cli {
namespace {

spdlog::logger MakeLogger() {
  // The sink knows terminals, but not NO_COLOR.
  const auto color =
      WantsColor(STDERR_FILENO) ? spdlog::color_mode::always : spdlog::color_mode::never;
  auto sink = std::make_shared<spdlog::sinks::ansicolor_stderr_sink_st>(color);
  sink->set_color(spdlog::level::info, sink->reset);
  spdlog::logger logger("lockdep", std::move(sink));
  logger.set_pattern("%^lockdep:%$ %v");
  return logger;
}

spdlog::logger& Logger() {
  static spdlog::logger logger = MakeLogger();
  return logger;
}

void Log(spdlog::level::level_enum level, absl::string_view message) {
  Logger().log(level, report::Inert(std::string_view(message.data(), message.size())));
}

}  // namespace

void SayError(absl::string_view message) { Log(spdlog::level::err, message); }

void Say(absl::string_view message) { Log(spdlog::level::info, message); }

void SayStep(absl::string_view message) {
  if (Logger().should_log(spdlog::level::debug)) Log(spdlog::level::debug, message);
}

void BeVerbose() {
  Logger().set_level(spdlog::level::debug);
  Logger().set_pattern("%^lockdep:%$ [+%o ms] %v");
}

}  // namespace lockdep::cli
