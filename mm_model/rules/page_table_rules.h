// The rules of page tables (page_table_rules.def), and their check.  A breach is
// a page-table-rule.
//
// Thread safety: used by the tasks of one machine.

#ifndef MM_MODEL_RULES_PAGE_TABLE_RULES_H_
#define MM_MODEL_RULES_PAGE_TABLE_RULES_H_

#include <cstdint>
#include <span>

#include "lockdep/call_site.h"
#include "mm_model/requirement.h"

namespace mm_model {

struct folio;
struct mm_struct;
struct page_table;
struct pt_entry;
struct pt_slot;
struct vm_area_struct;
enum class AccessKind : uint8_t;

enum class PtRuleId : uint8_t {
#define MM_PT_RULE(identifier, id, subject, requirement, source) identifier,
#include "mm_model/rules/page_table_rules.def"
#undef MM_PT_RULE
};

struct PtRule {
  const char* id;       // "PT-INST"
  const char* subject;  // What is done: "install a page table entry".
  RequirementText requirement;
  const char* source;
};

const PtRule& RuleOf(PtRuleId rule);
std::span<const PtRule> AllPtRules();

// The running task is about to do it to the entry.
void CheckPt(PtRuleId rule, const pt_slot& slot, const lockdep::CallSite& site);
// The same of a folio, and of the address space as a whole.
void CheckPt(PtRuleId rule, const folio& page, const lockdep::CallSite& site);
void CheckPt(PtRuleId rule, const mm_struct& mm, const lockdep::CallSite& site);

// It is about to replace an entry by another: which rule that is follows from
// the two.
void CheckPtChange(const pt_slot& slot, const pt_entry& next, AccessKind kind,
                   const lockdep::CallSite& site);

// It is about to move what is mapped from one VMA to another.
struct PtMove {
  const vm_area_struct* from;
  const vm_area_struct* to;
};
void CheckPtMove(PtRuleId rule, const PtMove& move, const lockdep::CallSite& site);

}  // namespace mm_model

#endif  // MM_MODEL_RULES_PAGE_TABLE_RULES_H_
