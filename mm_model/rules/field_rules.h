// The rules of fields (field_rules.def), and their check.  A breach is an
// unprotected-access.
//
// Thread safety: the rules are constant; checks are for the tasks of one machine.

#ifndef MM_MODEL_RULES_FIELD_RULES_H_
#define MM_MODEL_RULES_FIELD_RULES_H_

#include <cstdint>
#include <span>

#include "lockdep/call_site.h"
#include "mm_model/requirement.h"
#include "mm_model/rules/rule_terms.h"

namespace mm_model {

enum class Field : uint8_t {
#define MM_FIELD(identifier, ...) identifier,
#include "mm_model/rules/field_rules.def"
#undef MM_FIELD
};

// Empty: nobody accesses it so, or another rule says.
struct FieldRule {
  const char* name = "";
  RequirementText write;
  const char* source = "";
  RequirementText exempt;  // Alternatives to `write`.
  const char* exempt_source = "";
  RequirementText read;
  const char* read_source = "";
  RequirementText once;  // Alternative to `read` for READ_ONCE.
  const char* once_source = "";
};

const FieldRule& RuleOf(Field field);
std::span<const FieldRule> AllFieldRules();

// What is accessed, how, and from where.
struct FieldAccess {
  Field field;
  AccessKind kind;
  const void* where;  // The field itself: what conflicting accesses have in common.
  const lockdep::CallSite& site;
};

// The running task is about to read or write a field of the object: a scheduling
// point, then the check.
template <typename Owner>
void WillRead(const Owner& owner, const FieldAccess& access);
template <typename Owner>
void WillWrite(const Owner& owner, const FieldAccess& access);

// The check alone, of an access that is part of the step that runs.
template <typename Owner>
void AskRead(const Owner& owner, const FieldAccess& access);
template <typename Owner>
void AskWrite(const Owner& owner, const FieldAccess& access);

}  // namespace mm_model

#endif  // MM_MODEL_RULES_FIELD_RULES_H_
