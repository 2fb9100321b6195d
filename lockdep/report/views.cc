#include "lockdep/report/views.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "lockdep/report/class_namer.h"
#include "lockdep/report/lock_times.h"
#include "lockdep/report/utf8.h"

namespace lockdep::report {
namespace {

using record::Recording;
using Graph = std::vector<std::vector<size_t>>;
using Json = nlohmann::ordered_json;

// How many nodes a walk along the edges reaches from each one, itself included.
std::vector<uint64_t> CountReachable(const Graph& graph) {
  std::vector<uint64_t> counts(graph.size());
  std::vector<size_t> last_seen_from(graph.size(), graph.size());
  std::vector<size_t> queue;
  for (size_t start = 0; start < graph.size(); ++start) {
    queue.assign(1, start);
    last_seen_from[start] = start;
    for (size_t i = 0; i < queue.size(); ++i) {
      for (const size_t next : graph[queue[i]]) {
        if (std::exchange(last_seen_from[next], start) != start) queue.push_back(next);
      }
    }
    counts[start] = queue.size();
  }
  return counts;
}

Graph Reverse(const Graph& graph) {
  Graph reversed(graph.size());
  for (size_t from = 0; from < graph.size(); ++from) {
    for (const size_t to : graph[from]) reversed[to].push_back(from);
  }
  return reversed;
}

Graph DirectDependencies(const Recording& recording) {
  Graph graph(recording.classes.size());
  absl::flat_hash_set<std::pair<ClassId, ClassId>> seen;
  for (const record::DependencyEntry& edge : recording.dependencies) {
    if (!seen.insert({edge.from, edge.to}).second) continue;
    graph[recording.class_index.at(edge.from)].push_back(recording.class_index.at(edge.to));
  }
  return graph;
}

std::vector<ClassView> MakeClasses(const Recording& recording, const ClassNames& names) {
  const Graph graph = DirectDependencies(recording);
  const std::vector<uint64_t> forward = CountReachable(graph);
  const std::vector<uint64_t> backward = CountReachable(Reverse(graph));
  std::vector<ClassView> classes;
  for (size_t i = 0; i < recording.classes.size(); ++i) {
    const record::ClassEntry& entry = recording.classes[i];
    classes.push_back({.key = entry.key,
                       .name = Inert(names.at(entry.id).shown),
                       .kind = KindName(entry.kind),
                       .forward = forward[i],
                       .backward = backward[i],
                       .after = graph[i]});
  }
  return classes;
}

StatsView MakeStats(const Recording& recording, const std::vector<ClassView>& classes) {
  uint64_t direct = 0;
  uint64_t indirect = 0;
  for (const ClassView& view : classes) {
    direct += view.after.size();
    indirect += view.forward - 1;
  }
  const record::TotalsEntry totals = recording.totals.value_or(record::TotalsEntry());
  return {{"lock-classes", classes.size()},
          {"direct dependencies", direct},
          {"indirect dependencies", indirect},
          {"declared dependencies", recording.declared_arcs.size()},
          {"dependency chains", totals.chains},
          {"stack traces", recording.stacks.size()},
          {"threads", recording.threads.size()},
          {"locks", totals.locks},
          {"lock acquisitions", totals.lock_operations},
          {"violations", recording.violations.size()},
          {"validating", recording.stop_reason.has_value() ? 0u : 1u}};
}

}  // namespace

std::string KeyText(const ClassView& view) { return absl::StrFormat("%016x", view.key); }

Views MakeViews(const Recording& recording, Symbolizer& symbolizer) {
  const ClassNames names = ClassNamer(symbolizer).Name(recording);
  Views views{.classes = MakeClasses(recording, names),
              .chains = MakeChains(recording),
              .lock_times = MakeLockTimes(recording, names, symbolizer),
              .stats = {}};
  views.stats = MakeStats(recording, views.classes);
  return views;
}

std::string ClassesText(const Views& views) {
  std::string text = "all lock classes:\n";
  for (const ClassView& view : views.classes) {
    absl::StrAppendFormat(&text, "%s FD:%5d BD:%5d: %s\n", KeyText(view), view.forward,
                          view.backward, view.name);
    for (const size_t next : view.after) {
      const ClassView& after = views.classes[next];
      absl::StrAppend(&text, " -> [", KeyText(after), "] ", after.name, "\n");
    }
    text += '\n';
  }
  return text;
}

std::string StatsText(const Views& views) {
  std::string text;
  for (const auto& [name, value] : views.stats) {
    absl::StrAppendFormat(&text, " %-30s %11d\n", absl::StrCat(name, ":"), value);
  }
  return text;
}

std::string ClassesJson(const Views& views) {
  Json classes = Json::array();
  for (const ClassView& view : views.classes) {
    Json after = Json::array();
    for (const size_t next : view.after) after.push_back(views.classes[next].name);
    classes.push_back({{"key", KeyText(view)},
                       {"name", view.name},
                       {"kind", view.kind},
                       {"forward", view.forward},
                       {"backward", view.backward},
                       {"after", std::move(after)}});
  }
  return Json{{"classes", std::move(classes)}}.dump(2) + "\n";
}

std::string StatsJson(const Views& views) {
  Json stats = Json::object();
  for (const auto& [name, value] : views.stats) stats[name] = value;
  return Json{{"stats", std::move(stats)}}.dump(2) + "\n";
}

}  // namespace lockdep::report
