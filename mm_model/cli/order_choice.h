// --order and --no-orders: which declared orders a run is held against.

#ifndef MM_MODEL_CLI_ORDER_CHOICE_H_
#define MM_MODEL_CLI_ORDER_CHOICE_H_

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace mm_model {

class OrderChoice {
 public:
  void Configure(CLI::App& app);

  // For LoadDeclaredOrder.
  std::vector<std::string> orders() const;
  // As it was given: " --order FILE", or nothing.
  std::string ToText() const;

 private:
  bool none_ = false;
  std::vector<std::string> added_;
};

}  // namespace mm_model

#endif  // MM_MODEL_CLI_ORDER_CHOICE_H_
