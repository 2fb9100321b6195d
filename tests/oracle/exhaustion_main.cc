// Engine and oracle beyond the bound that the tests have time for.
//
// usage: oracle_exhaustion events|acquisitions LENGTH THREADS LETTERS [no-trylock]
//        oracle_exhaustion roles|classes LENGTH

#include <cstdlib>
#include <cstring>
#include <iostream>
#include <optional>

#include "tests/oracle/exhaustion.h"

namespace {

using lockdep::oracle::Bound;
using lockdep::oracle::Unit;

std::optional<uint8_t> Number(const char* text, int most) {
  const int number = std::atoi(text);
  return number >= 1 && number <= most ? std::optional(static_cast<uint8_t>(number)) : std::nullopt;
}

std::optional<Bound> ParseNamedBound(const char* name, const char* text) {
  const auto length = Number(text, 20);
  if (!length.has_value()) return std::nullopt;
  if (strcmp(name, "roles") == 0) return lockdep::oracle::RolesBound(*length);
  if (strcmp(name, "classes") == 0) return lockdep::oracle::ClassesBound(*length);
  return std::nullopt;
}

std::optional<Bound> ParseBound(int argc, char** argv) {
  if (argc == 3) return ParseNamedBound(argv[1], argv[2]);
  if (argc < 5 || argc > 6) return std::nullopt;
  const bool events = strcmp(argv[1], "events") == 0;
  if (!events && strcmp(argv[1], "acquisitions") != 0) return std::nullopt;
  const auto length = Number(argv[2], 20);
  const auto threads = Number(argv[3], lockdep::oracle::kMaxThreads);
  const auto letters = Number(argv[4], lockdep::oracle::kLetters);
  if (!length.has_value() || !threads.has_value() || !letters.has_value()) return std::nullopt;
  if (argc == 6 && strcmp(argv[5], "no-trylock") != 0) return std::nullopt;
  return Bound{.unit = events ? Unit::kEvents : Unit::kAcquisitions,
               .length = *length,
               .trylock = argc == 5,
               .threads = *threads,
               .letters = *letters};
}

}  // namespace

int main(int argc, char** argv) {
  const std::optional<Bound> bound = ParseBound(argc, argv);
  if (!bound.has_value()) {
    std::cerr << "usage: oracle_exhaustion events|acquisitions LENGTH THREADS LETTERS "
                 "[no-trylock]\n"
                 "       oracle_exhaustion roles|classes LENGTH\n";
    return 2;
  }
  lockdep::oracle::Exhaustion exhaustion(*bound);
  const std::optional<std::string> disagreement = exhaustion.Run();
  std::cout << exhaustion.programs() << " programs, " << exhaustion.longest()
            << " of them of full length, " << exhaustion.guilty() << " of these guilty\n";
  if (!disagreement.has_value()) return 0;
  std::cout << *disagreement << "\n";
  return 1;
}
