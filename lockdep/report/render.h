// Renderings of a report.  Each is a pure function of it (and HTML of the source
// that it quotes): same report, same bytes.
// Names from the program are hostile input: every rendering keeps them inert.

#ifndef LOCKDEP_REPORT_RENDER_H_
#define LOCKDEP_REPORT_RENDER_H_

#include <string>

#include "lockdep/report/report.h"

namespace lockdep::report {

struct TextOptions {
  bool color = false;
  bool stacks = true;  // Off: sites only.
  bool brief = false;  // The worst findings and the ends of long cycles, so that a log can hold it.
};

// For a terminal or a log; read at two in the morning.
std::string RenderText(const Report& report, const TextOptions& options);

// The part of it that is about one finding.
std::string RenderFindingText(const Finding& finding, const TextOptions& options);

// "schema":"lockdep-report","version":1; see docs/report.schema.json.
std::string RenderJson(const Report& report);

// What the renderings below need to know beside the report.
struct RenderOptions {
  bool color = false;
  bool brief = false;  // As in TextOptions; the text format alone.
  // Directory that source paths are told relative to, without a slash at the
  // end; empty: paths stay as the debug information has them.
  std::string source_root;
};

// One self-contained page.  Beside the report it shows source: of files below
// `source_root` and of no others, as they are now.
std::string RenderHtml(const Report& report, const RenderOptions& options);

// SARIF 2.1.0, the subset that GitHub code scanning shows and more.
// Source: docs.oasis-open.org/sarif/sarif/v2.1.0; GitHub Docs, "SARIF support
// for code scanning".
std::string RenderSarif(const Report& report, const RenderOptions& options);

// JUnit XML as Jenkins and GitLab read it: a test case for each finding, and one
// for whether anything was observed at all.
std::string RenderJunit(const Report& report, const RenderOptions& options);

// Workflow commands that annotate a pull request, worst first and no more than
// GitHub shows of one step.  Source: GitHub Docs, "Workflow commands".
std::string RenderGithub(const Report& report, const RenderOptions& options);

// For a step summary or a merge request: every finding, none of its names live.
std::string RenderMarkdown(const Report& report, const RenderOptions& options);

// As the kernel's own validator tells its findings, for those who read them daily.
std::string RenderKernel(const Report& report);

// The lock graph.  Source: graphviz.org/doc/info/lang.html.
std::string RenderDot(const Report& report);

// The lock graph.  Source: graphml.graphdrawing.org, GraphML 1.0.
std::string RenderGraphMl(const Report& report);

}  // namespace lockdep::report

#endif  // LOCKDEP_REPORT_RENDER_H_
