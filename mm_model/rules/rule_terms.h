// What the words of a requirement mean for each kind of object: the locks that
// must be held, as the engine knows them, or a state of the object.
//
// Whatever a state depends on is told as touched, so that no order of steps that
// changes the answer is left out.
//
// Thread safety: used by the tasks of one machine.

#ifndef MM_MODEL_RULES_RULE_TERMS_H_
#define MM_MODEL_RULES_RULE_TERMS_H_

#include <string>

#include "mm_model/requirement.h"
#include "mm_model/rules/page_table_rules.h"

namespace mm_model {

struct DepMap;
struct Globals;
struct address_space;
struct anon_vma;
struct folio;
struct inode;
struct mm_struct;
struct super_block;
struct swap_info_struct;
struct userfaultfd_ctx;

// How a field is accessed.
enum class AccessKind : uint8_t {
  kPlain,
  kOnce,    // READ_ONCE: may be out of date when it is used.
  kAtomic,  // One atomic operation.
};

// Whether the running task holds what some alternative asks for.
bool Holds(const vm_area_struct& vma, const Requirement& requirement, AccessKind kind);
bool Holds(const mm_struct& mm, const Requirement& requirement, AccessKind kind);
bool Holds(const anon_vma& av, const Requirement& requirement, AccessKind kind);
bool Holds(const address_space& mapping, const Requirement& requirement, AccessKind kind);
bool Holds(const inode& node, const Requirement& requirement, AccessKind kind);
bool Holds(const super_block& sb, const Requirement& requirement, AccessKind kind);
bool Holds(const folio& folio, const Requirement& requirement, AccessKind kind);
bool Holds(const swap_info_struct& si, const Requirement& requirement, AccessKind kind);
bool Holds(const userfaultfd_ctx& ctx, const Requirement& requirement, AccessKind kind);
bool Holds(const Globals& globals, const Requirement& requirement, AccessKind kind);
bool Holds(const pt_slot& slot, const Requirement& requirement, AccessKind kind);
bool Holds(const PtMove& move, const Requirement& requirement, AccessKind kind);

// What the first alternative lacks, "vma:write & rmap:write", and the first lock
// of it, or null.  REQUIRES: it does not hold.
struct Lack {
  std::string text;
  const DepMap* lock = nullptr;
};
template <typename Owner>
Lack LackOf(const Owner& owner, const Requirement& requirement, AccessKind kind);

}  // namespace mm_model

#endif  // MM_MODEL_RULES_RULE_TERMS_H_
