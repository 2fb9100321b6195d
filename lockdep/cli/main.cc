#include <exception>
#include <string>
#include <vector>

#include "lockdep/cli/command.h"
#include "lockdep/cli/tool.h"

int main(int argc, char** argv) {
  try {
    return lockdep::cli::RunTool(std::vector<std::string>(argv + 1, argv + argc));
  } catch (const std::exception& error) {
    return lockdep::cli::UsageError(std::string("gave up: ") + error.what());
  }
}
