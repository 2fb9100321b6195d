// Places and texts of SARIF: where a frame stands, and how the threads of a
// finding came there.

#ifndef LOCKDEP_REPORT_SARIF_LOCATION_H_
#define LOCKDEP_REPORT_SARIF_LOCATION_H_

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "lockdep/report/render.h"
#include "lockdep/report/report.h"

namespace lockdep::report {

using SarifJson = nlohmann::ordered_json;

// {"text": ...} of plain words: what the format would take for a link or a
// placeholder is escaped (SARIF 2.1.0, 3.11.5 and 3.11.6).
SarifJson SarifMessage(std::string_view words);
std::string SarifText(std::string_view words);

// A `location` for `frame`.  Without a source file it is the module itself, so
// that the place which code scanning requires is always there.
SarifJson SarifLocation(const Frame& frame, std::string_view message, const RenderOptions& options);

// `codeFlows`: one flow, with one threadFlow for each thread that the edges name.
SarifJson SarifCodeFlows(const Finding& finding, const RenderOptions& options);

}  // namespace lockdep::report

#endif  // LOCKDEP_REPORT_SARIF_LOCATION_H_
