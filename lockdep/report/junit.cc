// One suite.  A finding that counts is a failure, a note passes with its text as
// output, a suppressed one is skipped; that nothing was observed is an error.

#include <tinyxml2.h>

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "lockdep/report/finding_site.h"
#include "lockdep/report/merge.h"
#include "lockdep/report/render.h"
#include "lockdep/report/source_path.h"
#include "lockdep/report/utf8.h"

namespace lockdep::report {
namespace {

bool IsSkipped(const Finding& finding) { return finding.suppressed_by.has_value(); }
bool IsFailure(const Finding& finding) {
  return !IsSkipped(finding) && LevelRank(finding.level) > 0;
}

class JunitWriter {
 public:
  JunitWriter(const Report& report, const RenderOptions& options)
      : report_(report), options_(options) {}

  std::string Write();

 private:
  void Suite();
  void ObservedCase();
  void Case(const Finding& finding);
  void Place(const Frame& frame);
  void Attribute(const char* name, const std::string& value) {
    xml_.PushAttribute(name, Inert(value).c_str());
  }
  void Counts();
  bool NothingObserved() const {
    return report_.coverage.lock_operations == 0 && report_.coverage.dependencies == 0;
  }

  const Report& report_;
  const RenderOptions& options_;
  tinyxml2::XMLPrinter xml_;
};

void JunitWriter::Counts() {
  const auto count = [&](bool (*is)(const Finding&)) {
    return absl::StrCat(std::count_if(report_.findings.begin(), report_.findings.end(), is));
  };
  Attribute("tests", absl::StrCat(report_.findings.size() + 1));
  Attribute("failures", count(IsFailure));
  Attribute("errors", NothingObserved() ? "1" : "0");
  Attribute("skipped", count(IsSkipped));
}

void JunitWriter::ObservedCase() {
  xml_.OpenElement("testcase");
  Attribute("classname", "lockdep");
  Attribute("name", "lock operations were observed");
  if (NothingObserved()) {
    xml_.OpenElement("error");
    Attribute("type", "nothing-observed");
    Attribute("message", "no lock operation was observed, so nothing was proved");
    xml_.CloseElement();
  }
  xml_.CloseElement();
}

void JunitWriter::Place(const Frame& frame) {
  if (frame.file.empty()) return;
  Attribute("file", RelativeSource(frame.file, options_.source_root));
  Attribute("line", absl::StrCat(frame.line));
}

void JunitWriter::Case(const Finding& finding) {
  const std::string text = RenderFindingText(finding, {});
  xml_.OpenElement("testcase");
  Attribute("classname", absl::StrCat("lockdep.", finding.kind));
  Attribute("name", absl::StrCat(finding.title, " [", finding.fingerprint, "]"));
  Place(FindingSource(finding));
  if (IsSkipped(finding)) {
    xml_.OpenElement("skipped");
    Attribute("message", absl::StrCat("suppressed by ", *finding.suppressed_by));
    xml_.CloseElement();
  } else if (IsFailure(finding)) {
    xml_.OpenElement("failure");
    Attribute("type", finding.kind);
    Attribute("message", finding.title);
    xml_.PushText(text.c_str());
    xml_.CloseElement();
  } else {
    xml_.OpenElement("system-out");
    xml_.PushText(text.c_str());
    xml_.CloseElement();
  }
  xml_.CloseElement();
}

void JunitWriter::Suite() {
  xml_.OpenElement("testsuite");
  Attribute("name", absl::StrCat("lockdep: ", report_.subject.command));
  Counts();
  ObservedCase();
  for (const Finding& finding : report_.findings) Case(finding);
  xml_.CloseElement();
}

std::string JunitWriter::Write() {
  xml_.PushHeader(/*writeBOM=*/false, /*writeDeclaration=*/true);
  xml_.OpenElement("testsuites");
  Attribute("name", "lockdep");
  Counts();
  Suite();
  xml_.CloseElement();
  return xml_.CStr();
}

}  // namespace

std::string RenderJunit(const Report& report, const RenderOptions& options) {
  return JunitWriter(report, options).Write();
}

}  // namespace lockdep::report
