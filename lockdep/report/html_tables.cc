#include "lockdep/report/html_tables.h"

#include <algorithm>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "lockdep/report/html_text.h"
#include "lockdep/report/lock_times.h"

namespace lockdep::report {
namespace {

std::string Table(const std::string& headings, const std::string& rows) {
  return absl::StrCat("<div class=\"scroll\"><table class=\"data\" data-sortable><thead><tr>",
                      headings, "</tr></thead><tbody data-filter>", rows, "</tbody></table></div>");
}

// A cell whose long words may break, so that the table stays within the page.
std::string LongCell(absl::string_view text) {
  return absl::StrCat("<td class=\"long\">", Prose(text), "</td>");
}

std::string LeftOut(size_t count) {
  if (count <= kMaxRows) return "";
  return absl::StrCat("<p class=\"soft\">The first ", WithThousands(kMaxRows), " of ",
                      WithThousands(count), " are shown; the JSON report has them all.</p>");
}

absl::string_view KindMeaning(absl::string_view kind) {
  if (kind == "SR") return "held shared, then taken as recursive reader";
  if (kind == "ER") return "held exclusively, then taken as recursive reader";
  if (kind == "SN") return "held shared, then taken as writer or plain reader";
  if (kind == "EN") return "held exclusively, then taken as writer or plain reader";
  return "";
}

std::string KindsCell(const DependencyRow& row) {
  std::string cell = "<td>";
  for (const std::string& kind : row.kinds) {
    absl::StrAppend(&cell, "<span class=\"kind\" title=\"", KindMeaning(kind), "\">", Escaped(kind),
                    "</span>");
  }
  if (row.kinds.empty()) cell += "<span class=\"soft\">only declared</span>";
  return cell + "</td>";
}

std::string SitesCell(const DependencyRow& row) {
  const std::string taken = FrameHtml(row.to_site);
  const std::string held = FrameHtml(row.from_site);
  std::string cell = "<td class=\"long\">" + taken;
  if (!held.empty()) {
    absl::StrAppend(&cell, "<span class=\"site\">holding since ", held, "</span>");
  }
  return cell + "</td>";
}

std::string DependencyHtml(const DependencyRow& row, bool is_hot) {
  return absl::StrCat(is_hot ? "<tr class=\"hot\">" : "<tr>", Cell(row.from), Cell(row.to),
                      KindsCell(row), SitesCell(row), Cell(row.thread), LongCell(row.declaration),
                      "</tr>\n");
}

std::string TimeCell(uint64_t nanoseconds) {
  return absl::StrCat("<td class=\"number\">", Microseconds(nanoseconds), "</td>");
}

std::string LockTimesHtml(const LockTimesRow& row, absl::string_view mode, const LockTimes& wait,
                          const LockTimes& hold) {
  if (wait.count == 0 && hold.count == 0) return "";
  std::string places;
  for (const LockTimesRow::Place& place : row.contended_at) {
    absl::StrAppend(&places, "<div>", WithThousands(place.count), " in ", FrameHtml(place.site),
                    "</div>");
  }
  return absl::StrCat("<tr>", Cell(row.name), Cell(mode), NumberCell(wait.count),
                      TimeCell(wait.max), TimeCell(wait.total), NumberCell(hold.count),
                      TimeCell(hold.max), TimeCell(hold.average()), TimeCell(hold.total),
                      "<td class=\"long\">", places, "</td></tr>\n");
}

std::string ExitText(const Subject& subject) {
  if (!subject.exit_status.has_value()) return "unknown";
  const int status = *subject.exit_status;
  return status > 128 ? absl::StrCat(status, " (signal ", status - 128, ")") : absl::StrCat(status);
}

std::string RunHtml(const Run& run, bool has_exits) {
  const Coverage& coverage = run.coverage;
  return absl::StrCat("<tr><td><code>", Escaped(run.subject.command), "</code></td>",
                      "<td class=\"number\">", run.subject.pid, "</td>",
                      has_exits ? Cell(ExitText(run.subject)) : "",
                      NumberCell(coverage.lock_operations), NumberCell(coverage.locks),
                      NumberCell(coverage.classes), NumberCell(coverage.dependencies),
                      NumberCell(coverage.chains), NumberCell(coverage.threads), "</tr>\n");
}

}  // namespace

std::string DependencyTable(const Report& report, const HotEdges& hot) {
  std::vector<const DependencyRow*> rows;
  for (const DependencyRow& row : report.dependencies) rows.push_back(&row);
  const auto is_hot = [&](const DependencyRow* row) {
    return hot.contains(std::make_pair(row->from, row->to));
  };
  std::stable_partition(rows.begin(), rows.end(), is_hot);
  std::string html;
  for (size_t i = 0; i < std::min(rows.size(), kMaxRows); ++i) {
    html += DependencyHtml(*rows[i], is_hot(rows[i]));
  }
  return Table(absl::StrCat(Heading("Held"), Heading("then taken"), Heading("Kinds"),
                            Heading("Where first"), Heading("Thread"), Heading("Declared")),
               html) +
         LeftOut(rows.size());
}

std::string ClassTable(const Report& report) {
  struct Degree {
    uint64_t before = 0, after = 0;
  };
  absl::flat_hash_map<std::string, Degree> degrees;
  for (const DependencyRow& row : report.dependencies) {
    ++degrees[row.from].after;
    ++degrees[row.to].before;
  }
  const bool counted = std::any_of(report.classes.begin(), report.classes.end(),
                                   [](const ClassRow& row) { return row.locks > 0; });
  std::string rows;
  for (size_t i = 0; i < std::min(report.classes.size(), kMaxRows); ++i) {
    const ClassRow& row = report.classes[i];
    const Degree degree = degrees[row.name];
    absl::StrAppend(&rows, "<tr>", Cell(row.name), Cell(row.kind),
                    counted ? NumberCell(row.locks) : "", NumberCell(degree.before),
                    NumberCell(degree.after), "</tr>\n");
  }
  return Table(
             absl::StrCat(Heading("Class"), Heading("Kind"), counted ? NumberHeading("Locks") : "",
                          NumberHeading("Taken under"), NumberHeading("Held over")),
             rows) +
         LeftOut(report.classes.size());
}

std::string LockTimesTable(const Report& report) {
  std::string rows;
  for (size_t i = 0; i < std::min(report.lock_times.size(), kMaxRows); ++i) {
    const LockTimesRow& row = report.lock_times[i];
    rows += LockTimesHtml(row, "write", row.write_wait, row.write_hold);
    rows += LockTimesHtml(row, "read", row.read_wait, row.read_hold);
  }
  if (rows.empty()) return "";
  return Table(absl::StrCat(Heading("Class"), Heading("Mode"), NumberHeading("Waits"),
                            NumberHeading("Longest wait"), NumberHeading("All waits"),
                            NumberHeading("Holds"), NumberHeading("Longest hold"),
                            NumberHeading("Mean hold"), NumberHeading("All holds"),
                            Heading("Contended at")),
               rows) +
         "<p class=\"soft\">Times in microseconds.</p>" + LeftOut(report.lock_times.size());
}

std::string DeclaredOrderTable(const Report& report) {
  std::string rows;
  size_t declared = 0, exercised = 0;
  for (const DependencyRow& row : report.dependencies) {
    if (row.declaration.empty()) continue;
    ++declared;
    exercised += row.kinds.empty() ? 0 : 1;
    if (declared > kMaxRows) continue;
    absl::StrAppend(&rows, "<tr>", Cell(row.from), Cell(row.to),
                    row.kinds.empty() ? "<td class=\"soft\">not exercised</td>"
                                      : "<td><span class=\"badge good\">exercised</span></td>",
                    LongCell(row.declaration), "</tr>\n");
  }
  if (declared == 0) return "<p class=\"soft\">No order was declared for these runs.</p>";
  return absl::StrCat(
      "<p>", WithThousands(exercised), " of ", Counted(declared, "declared arc", "declared arcs"),
      " were exercised.</p>",
      Table(absl::StrCat(Heading("Before"), Heading("after"), Heading("Seen"), Heading("Declared")),
            rows),
      LeftOut(declared));
}

std::string RunTable(const Report& report) {
  // A recording does not know how its process ended; who ran it does.
  const bool has_exits = std::any_of(report.runs.begin(), report.runs.end(), [](const Run& run) {
    return run.subject.exit_status.has_value();
  });
  std::string rows;
  for (size_t i = 0; i < std::min(report.runs.size(), kMaxRows); ++i) {
    rows += RunHtml(report.runs[i], has_exits);
  }
  return Table(absl::StrCat(Heading("Command"), NumberHeading("Pid"),
                            has_exits ? Heading("Exit") : "", NumberHeading("Lock operations"),
                            NumberHeading("Locks"), NumberHeading("Classes"),
                            NumberHeading("Dependencies"), NumberHeading("Chains"),
                            NumberHeading("Threads")),
               rows) +
         LeftOut(report.runs.size());
}

std::string AttachedTables(const Report& report) {
  std::string html;
  for (const AttachedTable& table : report.tables) {
    std::string headings, rows;
    for (const std::string& column : table.columns) headings += Heading(column);
    for (size_t i = 0; i < std::min(table.rows.size(), kMaxRows); ++i) {
      rows += "<tr>";
      for (const std::string& cell : table.rows[i]) rows += LongCell(cell);
      rows += "</tr>\n";
    }
    absl::StrAppend(&html, "<section class=\"attached\"><h2>", Escaped(table.title), "</h2>\n<p>",
                    Prose(table.note), "</p>", Table(headings, rows), LeftOut(table.rows.size()),
                    "</section>\n");
  }
  return html;
}

}  // namespace lockdep::report
