#include "lockdep/order/render.h"

#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace lockdep::order {
namespace {

std::string Remark(const OrderSet& set, const Arc& arc) {
  if (arc.status == ArcStatus::kStale) return "  [stale: not enforced]";
  if (set.IsInConflict(arc)) return "  [in conflict: not enforced]";
  return "";
}

std::string Why(const Arc& arc) { return arc.why.empty() ? "" : absl::StrCat("  # ", arc.why); }

// The tree of one section.  An explicit stack: sections may be deeper than ours.
class Tree {
 public:
  Tree(const OrderSet& set, const OrderFile& file, const Section& section)
      : set_(set), file_(file), section_(section) {
    for (const Arc& arc : section.arcs) {
      arcs_from_[arc.from].push_back(&arc);
      has_outer_.insert(arc.to);
    }
  }

  std::string Render() {
    for (const Arc& arc : section_.arcs) {
      if (!has_outer_.contains(arc.from)) RenderFrom(arc.from);
    }
    // What is left lies on circles, which have no outermost lock.
    for (const Arc& arc : section_.arcs) RenderFrom(arc.from);
    return std::move(text_);
  }

 private:
  struct Entry {
    const std::string* lock;
    const Arc* arc;  // How the tree came here; null for an outermost lock.
    int depth;
  };

  void RenderFrom(const std::string& root) {
    if (unfolded_.contains(root)) return;
    std::vector<Entry> stack{{&root, nullptr, 1}};
    while (!stack.empty()) {
      const Entry entry = stack.back();
      stack.pop_back();
      const auto arcs = arcs_from_.find(*entry.lock);
      const bool is_leaf = arcs == arcs_from_.end();
      const bool unfolds = !is_leaf && unfolded_.insert(*entry.lock).second;
      AddLine(entry, is_leaf || unfolds);
      if (!unfolds) continue;
      for (auto arc = arcs->second.rbegin(); arc != arcs->second.rend(); ++arc) {
        stack.push_back({&(*arc)->to, *arc, entry.depth + 1});
      }
    }
  }

  void AddLine(const Entry& entry, bool is_whole) {
    // Deeper levels would only push the names out of sight.
    constexpr int kMaxIndentedDepth = 40;
    const int depth = entry.depth < kMaxIndentedDepth ? entry.depth : kMaxIndentedDepth;
    absl::StrAppend(&text_, std::string(static_cast<size_t>(depth) * 2, ' '),
                    FormatName(*entry.lock), is_whole ? "" : " ...");
    if (entry.arc != nullptr) {
      absl::StrAppend(&text_, "  (", Place(*entry.arc), ")", Why(*entry.arc),
                      Remark(set_, *entry.arc));
    }
    text_ += '\n';
  }

  // The heading of the tree names the file.
  std::string Place(const Arc& arc) const {
    if (section_.source.empty()) return absl::StrCat("line ", arc.line);
    if (arc.source_line > 0) return absl::StrCat("line ", arc.source_line);
    return absl::StrCat(file_.path, ":", arc.line);
  }

  const OrderSet& set_;
  const OrderFile& file_;
  const Section& section_;
  absl::flat_hash_map<std::string, std::vector<const Arc*>> arcs_from_;
  absl::flat_hash_set<std::string> has_outer_;
  absl::flat_hash_set<std::string> unfolded_;
  std::string text_;
};

}  // namespace

std::string RenderList(const OrderSet& set) {
  std::string text;
  for (const PlacedArc& placed : set.arcs()) {
    const Arc& arc = *placed.arc;
    absl::StrAppend(&text, FormatPlace(*placed.file, *placed.section, arc), ": ",
                    FormatName(arc.from), " -> ", FormatName(arc.to), Why(arc), Remark(set, arc),
                    "\n");
  }
  return text;
}

std::string RenderTree(const OrderSet& set) {
  std::string text;
  for (const OrderFile& file : set.files()) {
    for (const Section& section : file.sections) {
      absl::StrAppend(&text, text.empty() ? "" : "\n",
                      section.source.empty() ? file.path : section.source, "\n",
                      Tree(set, file, section).Render());
    }
  }
  return text;
}

std::string RenderOrderFile(const OrderSet& set) {
  OrderFile all;
  for (const OrderFile& file : set.files()) {
    all.aliases.insert(all.aliases.end(), file.aliases.begin(), file.aliases.end());
    for (Section section : file.sections) {
      // One file can have one section without a source, at its beginning.
      if (section.source.empty() && !all.sections.empty()) section.source = file.path;
      all.sections.push_back(std::move(section));
    }
  }
  return FormatOrderFile(all);
}

std::string RenderConflict(const Conflict& conflict) {
  std::string text = absl::StrCat("declared-order-conflict: ",
                                  absl::StrJoin(conflict.locks, ", ",
                                                [](std::string* out, const std::string& lock) {
                                                  absl::StrAppend(out, FormatName(lock));
                                                }),
                                  "\n");
  for (const PlacedArc& placed : conflict.arcs) {
    absl::StrAppend(&text, "  ", Describe(*placed.file, *placed.section, *placed.arc));
    const std::string here = absl::StrCat(placed.file->path, ":", placed.arc->line);
    if (here != FormatPlace(*placed.file, *placed.section, *placed.arc)) {
      absl::StrAppend(&text, "  [", here, "]");
    }
    text += '\n';
  }
  return text;
}

}  // namespace lockdep::order
