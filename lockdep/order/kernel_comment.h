// Reads the lock-order comment of a kernel source file as it stands: a tree by
// indentation, in which each lock is taken inside those further out.
//
//   Lock ordering in mm:        the comment begins here
//
//   outer or other  (why)       two locks at one place: "or" and "," part them
//     ->inner  (why, that       `->` in front is decoration
//               goes on)        text in parentheses may go on
//                               a blank line ends a tree
//   hugetlbfs ... order:        a heading; a tree under one that begins with
//     lock                      "hugetlb" speaks of hugetlb's own locks
//
// What is refused: a file without such a comment, or one that does not end, or
// whose parentheses do not close.
//
// Thread safety: pure functions.  Cost: linear in the file.

#ifndef LOCKDEP_ORDER_KERNEL_COMMENT_H_
#define LOCKDEP_ORDER_KERNEL_COMMENT_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lockdep/order/order_file.h"

namespace lockdep::order {

// Parses the first lock-order comment of `text`.  Each tree becomes a section
// with `source`; names are canonical (kernel_names.h).  Errors begin "PATH:LINE: ".
absl::StatusOr<OrderFile> ParseKernelComment(absl::string_view path, absl::string_view source,
                                             absl::string_view text);

// Reads the comments of mm/rmap.c and mm/filemap.c of the kernel tree in
// `directory`.  Their sources begin with the version that the tree's Makefile
// states ("linux-6.12 mm/rmap.c"), or with nothing if there is none.
absl::StatusOr<std::vector<OrderFile>> ReadKernelTree(const std::string& directory);

}  // namespace lockdep::order

#endif  // LOCKDEP_ORDER_KERNEL_COMMENT_H_
