// Chains of held locks: the twin of /proc/lockdep_chains.

#include <map>
#include <nlohmann/json.hpp>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lockdep/report/class_rows.h"
#include "lockdep/report/utf8.h"
#include "lockdep/report/views.h"

namespace lockdep::report {
namespace {

using record::ChainEntry;
using record::Recording;
using Json = nlohmann::ordered_json;

// From the first lock to the last.
std::vector<const ChainView*> LinksOf(const Views& views, const ChainView& chain) {
  std::vector<const ChainView*> links = {&chain};
  while (links.back()->previous.has_value()) {
    links.push_back(&views.chains[*links.back()->previous]);
  }
  return {links.rbegin(), links.rend()};
}

}  // namespace

// Chains that differ only in what could interrupt them are shown once.
std::vector<ChainView> MakeChains(const Recording& recording) {
  using Shown = std::tuple<std::optional<size_t>, uint64_t, ContextSet>;
  std::map<Shown, size_t> shown;
  std::vector<ChainView> chains;
  std::vector<size_t> place;  // By index in the recording.
  for (const ChainEntry& entry : recording.chains) {
    const LockUse use = entry.link.use;
    ChainView view{.last = recording.class_index.at(use.class_id()),
                   .mode = ModeName(use.mode()),
                   .tried = use.tried(),
                   .sync = use.sync(),
                   .contexts = ContextNames(recording, entry.contexts)};
    if (entry.link.previous != 0) {
      view.previous = place[recording.chain_index.at(entry.link.previous)];
    }
    const auto [at, is_new] =
        shown.try_emplace({view.previous, use.word(), entry.contexts}, chains.size());
    place.push_back(at->second);
    if (is_new) chains.push_back(std::move(view));
  }
  return chains;
}

std::string ChainsText(const Views& views) {
  std::string text = "all lock chains:\n";
  for (const ChainView& chain : views.chains) {
    const std::string contexts = Inert(absl::StrJoin(chain.contexts, "|"));
    absl::StrAppend(&text, "irq_context: ", contexts.empty() ? "0" : contexts, "\n");
    for (const ChainView* link : LinksOf(views, chain)) {
      const ClassView& lock_class = views.classes[link->last];
      absl::StrAppend(&text, "[", KeyText(lock_class), "] ", lock_class.name, "\n");
    }
    text += '\n';
  }
  return text;
}

std::string ChainsJson(const Views& views) {
  Json chains = Json::array();
  for (const ChainView& chain : views.chains) {
    Json locks = Json::array();
    for (const ChainView* link : LinksOf(views, chain)) {
      locks.push_back({{"class", views.classes[link->last].name},
                       {"mode", link->mode},
                       {"trylock", link->tried},
                       {"sync", link->sync}});
    }
    chains.push_back({{"contexts", chain.contexts}, {"locks", std::move(locks)}});
  }
  return Json{{"chains", std::move(chains)}}.dump(2) + "\n";
}

}  // namespace lockdep::report
