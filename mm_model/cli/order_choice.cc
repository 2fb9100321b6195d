#include "mm_model/cli/order_choice.h"

#include <CLI/CLI.hpp>

#include "absl/strings/str_cat.h"
#include "mm_model/recorded_session.h"

namespace mm_model {

void OrderChoice::Configure(CLI::App& app) {
  app.add_option("--order", added_, "Another declared order, beside that of Linux mm")
      ->type_name("ORDER")
      ->allow_extra_args(false);
  app.add_flag("--no-orders", none_, "Do not preload the declared orders of Linux mm");
}

std::vector<std::string> OrderChoice::orders() const {
  std::vector<std::string> orders = added_;
  if (!none_) orders.insert(orders.begin(), kDeclaredOrder);
  return orders;
}

std::string OrderChoice::ToText() const {
  std::string text = none_ ? " --no-orders" : "";
  for (const std::string& order : added_) absl::StrAppend(&text, " --order ", order);
  return text;
}

}  // namespace mm_model
