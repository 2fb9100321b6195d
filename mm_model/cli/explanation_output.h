// Explained executions as text and as JSON.

#ifndef MM_MODEL_CLI_EXPLANATION_OUTPUT_H_
#define MM_MODEL_CLI_EXPLANATION_OUTPUT_H_

#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>

#include "mm_model/explore/explanation.h"
#include "mm_model/explore/finding_log.h"

namespace mm_model {

// One paragraph a step, of lines of 100 columns; what was found stands below the
// step that did it.
std::string ExplanationText(std::span<const ExplainedStep> steps,
                            std::span<const Finding> findings);

// An array: step, task, does, before, after, rules, findings.
nlohmann::ordered_json ExplanationJson(std::span<const ExplainedStep> steps,
                                       std::span<const Finding> findings);

}  // namespace mm_model

#endif  // MM_MODEL_CLI_EXPLANATION_OUTPUT_H_
