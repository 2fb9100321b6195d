// A report in which no field has its default value.

#ifndef LOCKDEP_TESTS_REPORT_SAMPLE_REPORT_H_
#define LOCKDEP_TESTS_REPORT_SAMPLE_REPORT_H_

#include <cstdint>
#include <string>

#include "lockdep/report/report.h"

namespace lockdep::report {

inline Frame SampleFrame(const std::string& function, int line) {
  return {.function = function + "(Account&)",
          .file = "/src/bank/bank.cc",
          .line = line,
          .module = "/usr/bin/bank",
          .offset = 0x1000 + static_cast<uint64_t>(line)};
}

inline FindingEdge SampleEdge(const std::string& from, const std::string& to,
                              const std::string& function, int line) {
  return {.from = from,
          .to = to,
          .from_mode = "write",
          .to_mode = "read",
          .from_address = "0x7f0000001000",
          .to_address = "0x7f0000001040",
          .thread = "thread 1 (teller)",
          .from_site = SampleFrame(function, line),
          .to_site = SampleFrame(function, line + 1),
          .from_stack = {SampleFrame(function, line), SampleFrame("main", 90)},
          .to_stack = {SampleFrame(function, line + 1), SampleFrame("main", 90)}};
}

inline Report SampleReport() {
  Report report;
  report.subject = {.command = "bank --tellers 2", .pid = 4711, .exit_status = 0};
  report.coverage = {.lock_operations = 1234567,
                     .locks = 1,
                     .classes = 2,
                     .dependencies = 2,
                     .chains = 5,
                     .threads = 3,
                     .contexts = {"signal"},
                     .unobserved = {"Locks inside libc are not seen."}};
  report.runs = {{report.subject, report.coverage}};
  Finding inversion{.fingerprint = "0123456789abcdef",
                    .kind = "lock-order-inversion",
                    .level = "feasible",
                    .reasons = {"gate-lock: outer"},
                    .title =
                        "Possible deadlock: transfer() takes accounts then audit; audit() "
                        "takes them the other way round",
                    .explanation = "How.\nTo fix: do.\nTo suppress: put.",
                    .threads = {"thread 1 (teller)"},
                    .thread = "thread 1 (teller)",
                    .running_in = {"softirq"},
                    .interruptible_by = {"hardirq"},
                    .subject = "the ledger",
                    .rule = "nobody writes it alone",
                    .wait = "sleep",
                    .wait_limit = "spin",
                    .run = "bank --tellers 2",
                    .stack = {SampleFrame("audit", 51)},
                    .suppressed_by = "ci/locks.baseline:7",
                    .baseline_state = "known"};
  inversion.locks = {{.class_name = "accounts",
                      .name = "g_bank+8",
                      .kind = "mutex",
                      .mode = "write",
                      .address = "0x7f0000001000",
                      .created_at = {SampleFrame("Bank::Bank", 12)},
                      .taken_at = {SampleFrame("transfer", 40)}}};
  inversion.held = inversion.locks;
  inversion.edges = {SampleEdge("accounts", "audit", "transfer", 40),
                     SampleEdge("audit", "accounts", "audit", 50)};
  inversion.edges[1].run = "bank (process 12)";
  inversion.edges[1].declaration = "bank.order:3: audit -> accounts";
  inversion.tests = {"BankTest.Transfer"};
  report.tables = {{.title = "Tills",
                    .note = "Who may open which.",
                    .columns = {"till", "who"},
                    .rows = {{"1", "teller"}, {"2", ""}}}};
  report.losses = {"run.17.lockdep: offset 812: checksum; the rest was lost"};
  report.findings = {inversion};
  report.classes = {{.name = "accounts",
                     .kind = "mutex",
                     .locks = 4,
                     .order_name = "accounts",
                     .wait_outer = "sleep",
                     .wait_inner = "sleep",
                     .usages = {{"hardirq", "enabled", "write"}, {"softirq", "used", "read"}}},
                    {.name = "audit", .kind = "rwlock", .locks = 1}};
  report.dependencies = {{.from = "accounts",
                          .to = "audit",
                          .kinds = {"SR", "EN"},
                          .declaration = "bank.order:3: accounts -> audit",
                          .thread = "thread 1 (teller)",
                          .from_site = SampleFrame("transfer", 40),
                          .to_site = SampleFrame("transfer", 41)}};
  report.lock_times = {{.name = "accounts",
                        .read_wait = {},
                        .write_wait = {2, 1000, 5000, 6000},
                        .read_hold = {},
                        .write_hold = {7, 100, 2000000, 2100000},
                        .contended_at = {{SampleFrame("transfer", 40), 2}}}};
  return report;
}

// Names as an enemy would choose them.
inline std::string HostileName() {
  return std::string("a\0b", 3) + "\"},</script>\033[31m\r\n\t\u202e\x7f'&<b>${x}\\";
}

}  // namespace lockdep::report

#endif  // LOCKDEP_TESTS_REPORT_SAMPLE_REPORT_H_
