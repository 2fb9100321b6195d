// The parts of `lockdep mm`: each subcommand is one, in a file of its own.

#ifndef MM_MODEL_CLI_SUBCOMMAND_H_
#define MM_MODEL_CLI_SUBCOMMAND_H_

#include <memory>
#include <string>

namespace CLI {
class App;
}

namespace mm_model {

class Subcommand {
 public:
  virtual ~Subcommand() = default;
  // Describes itself and its options on the parser of `lockdep mm`.
  virtual void Configure(CLI::App& mm) = 0;
  // Whether it was the one that was asked for.
  virtual bool selected() const = 0;
  // Runs it; returns the exit code.
  virtual int Run() = 0;
};

std::unique_ptr<Subcommand> MakeList();
std::unique_ptr<Subcommand> MakeRun();
std::unique_ptr<Subcommand> MakeExplore();
std::unique_ptr<Subcommand> MakeRules();
std::unique_ptr<Subcommand> MakeTable();
std::unique_ptr<Subcommand> MakeVerify();

}  // namespace mm_model

#endif  // MM_MODEL_CLI_SUBCOMMAND_H_
